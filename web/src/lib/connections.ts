import { queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";

/** Every connection of a workspace that the person knows of, by name. */
export function connectionsQuery(workspace: string) {
  return queryOptions({
    queryKey: ["connections", workspace, "all"],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/connections", { params: { path: { workspace }, query: { limit: 1000, sort: "name" } } }))).items,
  });
}
