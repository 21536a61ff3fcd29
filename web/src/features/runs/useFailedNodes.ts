import { useQuery } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { useWorkspace } from "@/lib/workspace";
import type { Line, Run } from "./requests";

/** The nodes that errors of the run are about; faults name theirs in backticks. */
export function useFailedNodes(run: Run, fault: string | undefined): Set<string> {
  const { slug: workspace } = useWorkspace();
  const { data } = useQuery({
    queryKey: ["runs", workspace, run.id, "errors"],
    queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/logs", { params: { path: { workspace, run: run.id }, query: { level: "error" as Line["level"], limit: 50 } } })),
    enabled: run.state.toLowerCase() === "failed",
  });
  const own = (run.fault as { node?: string } | null | undefined)?.node;
  const named = [...(own ? [own] : []), ...(fault ?? "").matchAll(/node `([^`]+)`/g)].flatMap((match) => match[1] ?? []);
  const placed = (data?.items ?? []).flatMap((line) => {
    const path = (line.detail as { path?: unknown } | null | undefined)?.path;
    const place = typeof path === "string" ? /^\/nodes\/([^/]+)/.exec(path)?.[1] : undefined;
    return [line.node ?? undefined, place].filter((name) => name !== undefined);
  });
  return new Set([...named, ...placed]);
}
