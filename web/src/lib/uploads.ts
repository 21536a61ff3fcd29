import { queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";

/** A file that somebody gave to the server. */
export function uploadQuery(workspace: string, upload: string) {
  return queryOptions({
    queryKey: ["uploads", workspace, "one", upload],
    queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/uploads/{upload}", { params: { path: { workspace, upload } } })),
  });
}
