import { useMutation, useQuery } from "@tanstack/react-query";
import { type Api, client, tagged } from "@/api/client";
import { queries } from "@/api/query";
import { useWorkspace } from "@/lib/workspace";

type Change = Api<"WorkspaceChange">;

/** The workspace as its settings page knows it, and how to change it. */
export function useSettings() {
  const { slug } = useWorkspace();
  const path = { workspace: slug };
  const query = useQuery({ queryKey: ["workspaces", slug], queryFn: () => tagged(client.GET("/api/v1/workspaces/{workspace}", { params: { path } })) });
  const change = useMutation({
    mutationFn: (wanted: Change) => tagged(client.PATCH("/api/v1/workspaces/{workspace}", { params: { path, header: { "If-Match": query.data?.etag ?? "" } }, body: wanted })),
    // Also after a failure: somebody else may have been faster. Not waited for: forms begin anew with what is read, and would
    // not say that it is saved.
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["workspaces"] });
      void queries.invalidateQueries({ queryKey: ["session"] });
    },
  });
  return { slug, query, settings: (query.data?.value.settings ?? {}) as Record<string, unknown>, workspace: query.data?.value, change };
}
