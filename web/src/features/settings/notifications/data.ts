import { useQuery } from "@tanstack/react-query";
import { type Api, body, client } from "@/api/client";
import type { Finding } from "@/api/problem";
import { Problem } from "@/api/problem";
import type { Schema } from "@/components/form/schema";
import { useWorkspace } from "@/lib/workspace";
import { channelKindsQuery } from "@/lib/server";

export type Channel = Api<"Channel">;
export type Rule = Api<"Items_Rule">["items"][number];
export type RuleSpec = { kinds?: string[]; pipelines?: string[]; tags?: string[]; min_severity?: string };

/** The kinds of channels there are, with the schemas of their settings. */
export function useKinds() {
  return useQuery(channelKindsQuery);
}

export function useChannels() {
  const { slug } = useWorkspace();
  return useQuery({ queryKey: ["channels", slug], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/channels", { params: { path: { workspace: slug }, query: { limit: 200 } } })) });
}

/** The pipelines of the workspace, to choose from. */
export function usePipelines() {
  const { slug } = useWorkspace();
  return useQuery({ queryKey: ["pipelines", slug, "names"], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/pipelines", { params: { path: { workspace: slug }, query: { limit: 500 } } })) });
}

/** The settings of a kind. */
export function schemaOf(kinds: Api<"Kinds"> | undefined, kind: string): Schema | undefined {
  return kinds?.items.find((one) => one.name === kind)?.schema as Schema | undefined;
}

/** What is wrong below a place, with pointers from there on. */
export function below(error: unknown, place: string): Finding[] {
  if (!(error instanceof Problem)) return [];
  return error.problems.filter((finding) => finding.path === place || finding.path.startsWith(`${place}/`)).map((finding) => ({ ...finding, path: finding.path.slice(place.length) }));
}
