import { useQuery } from "@tanstack/react-query";
import { type Api, body, client } from "@/api/client";

/** Pipelines of a workspace, also those that were put away: runs of the past have names too. */
export function usePipelines(workspace: string) {
  const query = useQuery({
    queryKey: ["pipelines", workspace, "everything"],
    queryFn: async () => {
      const read = (archived: boolean) => body(client.GET("/api/v1/workspaces/{workspace}/pipelines", { params: { path: { workspace }, query: { limit: 1000, archived } } }));
      const pages = await Promise.all([read(false), read(true)]);
      const all = new Map<string, Api<"Pipeline">>();
      for (const pipeline of pages.flatMap((page) => page.items)) all.set(pipeline.id, pipeline);
      return [...all.values()].sort((a, b) => a.name.localeCompare(b.name));
    },
    staleTime: 60_000,
  });
  return {
    ...query,
    /** Those that can run. */
    inUse: query.data?.filter((pipeline) => !pipeline.archived_at) ?? [],
    nameOf: (id: string): string => query.data?.find((pipeline) => pipeline.id === id)?.name ?? "…",
  };
}
