import { queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";

/** Every schedule of a workspace. */
export function schedulesQuery(workspace: string) {
  return queryOptions({
    queryKey: ["schedules", workspace, "all"],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/schedules", { params: { path: { workspace }, query: { limit: 1000 } } }))).items,
  });
}
