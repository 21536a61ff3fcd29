import { queryOptions } from "@tanstack/react-query";
import { type Api, body, client, tagged } from "@/api/client";
import { queries } from "@/api/query";
import type { Schema } from "@/components/form/schema";
import { nodeTypesQuery } from "@/lib/connectors";
import { randomWord } from "@/lib/random";
import { kindsOf } from "./model/kinds";

// What the pages of pipelines ask the server. Keys begin with the noun of live events.

export type Pipeline = Api<"PipelineLine">;
export type PipelineView = Api<"PipelineView">;
export type Version = Api<"Version">;
export type Checked = Api<"Checked">;
export type Outline = Api<"NodeOutline">;
export type Column = Api<"Column">;
export type Rows = Api<"Rows">;
export type DryRun = Api<"DryRun">;
export type DryLoad = Api<"DryLoad">;
export type DryRow = Api<"DryRow">;
export type TestEnd = Api<"TestEnd">;
export type ColumnLineage = Api<"ColumnLineage">;
export type Connection = Api<"Connection">;

const EVERYTHING = { staleTime: Infinity, gcTime: Infinity };

/** Every kind of node, from the schema of documents. */
export const kindsQuery = queryOptions({
  queryKey: ["node-types", "schema"],
  queryFn: async () => {
    const [schema, types] = await Promise.all([body(client.GET("/api/v1/document-schema")), queries.fetchQuery(nodeTypesQuery)]);
    return kindsOf(schema as Schema, types);
  },
  ...EVERYTHING,
});

export const pipelineQuery = (workspace: string, pipeline: string) =>
  queryOptions({ queryKey: ["pipelines", workspace, "one", pipeline], queryFn: () => tagged(client.GET("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: { path: { workspace, pipeline } } })) });

export const versionQuery = (workspace: string, pipeline: string, version: number) =>
  queryOptions({ queryKey: ["pipelines", workspace, "version", pipeline, version], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/versions/{version}", { params: { path: { workspace, pipeline, version } } })), ...EVERYTHING });

export function validateQuery(workspace: string, document: string, enabled: boolean) {
  return queryOptions({
    queryKey: ["drafts", workspace, "validate", document],
    queryFn: ({ signal }) => body(client.POST("/api/v1/workspaces/{workspace}/validate", { params: { path: { workspace } }, body: { document }, signal })),
    staleTime: 60_000,
    gcTime: 60_000,
    enabled,
  });
}

/** `meaning` is the document without what changes nothing, such as positions: one plan serves all that mean the same. People who may
 * not try out drafts see the plan of the pipeline as it is saved. */
export function planQuery(workspace: string, saved: string | undefined, document: string, meaning: string, params: Record<string, unknown>, enabled: boolean) {
  return queryOptions({
    queryKey: ["drafts", workspace, "plan", saved ?? "", meaning, params],
    queryFn: ({ signal }) =>
      saved
        ? body(client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/plan", { params: inWorkspace(workspace, saved), body: { params: params as never }, signal }))
        : body(client.POST("/api/v1/workspaces/{workspace}/plan", { params: { path: { workspace } }, body: { document, params: params as never }, signal })),
    staleTime: 120_000,
    gcTime: 300_000,
    retry: false,
    enabled,
  });
}

export interface Look {
  workspace: string;
  /** The pipeline as it is saved, for people who may not try out drafts. */
  pipeline?: string;
  document: string;
  meaning: string;
  node: string;
  port: string | undefined;
  limit: number;
  params: Record<string, unknown>;
}

/** What was read since everything was to be read anew; nothing as long as rows that the server kept do. */
let anew: Set<string> | undefined;

/** Rows of a node. `refresh` does not take those that the server read a moment ago. */
export function previewQuery({ workspace, pipeline, document, meaning, node, port, limit, params }: Look, enabled: boolean, refresh = false) {
  const read = (refresh: boolean, signal: AbortSignal) => {
    const wanted = { node, port, limit, params: params as never, refresh };
    return pipeline
      ? body(client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/preview", { params: inWorkspace(workspace, pipeline), body: wanted, signal }))
      : body(client.POST("/api/v1/workspaces/{workspace}/preview", { params: { path: { workspace } }, body: { ...wanted, document }, signal }));
  };
  const queryKey = ["drafts", workspace, "preview", pipeline ?? "", meaning, node, port, limit, params];
  return queryOptions({
    queryKey,
    queryFn: async ({ signal }) => {
      const name = JSON.stringify(queryKey);
      const rows = await read(refresh || (anew !== undefined && !anew.has(name)), signal);
      anew?.add(name);
      return rows;
    },
    staleTime: 300_000,
    gcTime: 600_000,
    retry: false,
    enabled,
  });
}

/** What a run would change: of a document that is written, or of the pipeline as it is saved. */
export function dryRun({ workspace, pipeline, document, params }: { workspace: string; pipeline: string | undefined; document: string | undefined; params: Record<string, unknown> }, signal: AbortSignal) {
  const wanted = { params: params as never, samples: 50 };
  return document !== undefined || pipeline === undefined
    ? body(client.POST("/api/v1/workspaces/{workspace}/dry-run", { params: { path: { workspace } }, body: { ...wanted, document: document ?? "", pipeline }, signal }))
    : body(client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/dry-run", { params: { path: { workspace, pipeline } }, body: wanted, signal }));
}

export function runTests(workspace: string, document: string, params: Record<string, unknown>) {
  return body(client.POST("/api/v1/workspaces/{workspace}/tests", { params: { path: { workspace } }, body: { document, params: params as never } }));
}

/** Sets the words by which a pipeline is found. */
export async function setTags(workspace: string, pipeline: string, tags: string[]) {
  const { etag } = await tagged(client.GET("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: inWorkspace(workspace, pipeline) }));
  return body(client.PATCH("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: { ...inWorkspace(workspace, pipeline), header: { "If-Match": etag } }, body: { tags } }));
}

/** Forgets rows and plans, here and on the server: other systems may have changed. */
export function forgetLooks() {
  anew = new Set();
  void queries.resetQueries({ queryKey: ["drafts"] });
}

const inWorkspace = (workspace: string, pipeline: string) => ({ path: { workspace, pipeline } });

export function save(workspace: string, pipeline: string, document: string, remark: string, etag: string) {
  return tagged(client.PUT("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: { ...inWorkspace(workspace, pipeline), header: { "If-Match": etag } }, body: { document, remark } }));
}

export function create(workspace: string, document: string, remark: string) {
  return body(client.POST("/api/v1/workspaces/{workspace}/pipelines", { params: { path: { workspace } }, body: { document, remark } }));
}

export function start(workspace: string, pipeline: string, run: Partial<Api<"NewRun">>) {
  return body(client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/runs", { params: { ...inWorkspace(workspace, pipeline), header: { "Idempotency-Key": randomWord() } }, body: run as Api<"NewRun"> }));
}

export async function archive(workspace: string, pipeline: string, archived: boolean) {
  const { etag } = await tagged(client.GET("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: inWorkspace(workspace, pipeline) }));
  return body(client.PATCH("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: { ...inWorkspace(workspace, pipeline), header: { "If-Match": etag } }, body: { archived } }));
}

export function remove(workspace: string, pipeline: string) {
  return body(client.DELETE("/api/v1/workspaces/{workspace}/pipelines/{pipeline}", { params: inWorkspace(workspace, pipeline) }));
}

export function duplicate(workspace: string, pipeline: string, name: string) {
  return body(client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/duplicate", { params: inWorkspace(workspace, pipeline), body: { name } }));
}

export function rollback(workspace: string, pipeline: string, version: number, etag: string, remark: string) {
  return tagged(client.POST("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/rollback", { params: { ...inWorkspace(workspace, pipeline), header: { "If-Match": etag } }, body: { version, remark } }));
}

/** What is on the page is stale now. */
export const refresh = () => queries.invalidateQueries({ queryKey: ["pipelines"] });
