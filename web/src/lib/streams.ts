import { queryOptions } from "@tanstack/react-query";
import { serverUrl } from "@/api/base";
import { type Api, body, client } from "@/api/client";

export type Stream = Api<"StreamOutline">;
export type Rows = Api<"Rows">;
export type Settings = Record<string, unknown>;

/** Most rows of one answer. */
export const MOST_ROWS = 1000;

/** What a connection holds. Asking takes a while in some systems, so that it is not asked again by itself. */
export function streamsQuery(slug: string, connection: string) {
  return queryOptions({
    queryKey: ["streams", slug, connection],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/connections/{connection}/streams", { params: { path: { workspace: slug, connection } } }))).items,
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: false,
    retry: false,
  });
}

/** Rows of a stream, or of a query of a connection that answers SQL. */
export function readRows(slug: string, connection: string, settings: Settings, limit: number, signal?: AbortSignal, how: { sql?: string; seconds?: number } = {}): Promise<Rows> {
  return body(client.POST("/api/v1/workspaces/{workspace}/connections/{connection}/rows", { params: { path: { workspace: slug, connection } }, body: { settings: settings as Record<string, never>, limit, ...how }, signal }));
}

export const FORMATS = ["csv", "xlsx", "json", "ndjson"] as const;
export type Format = (typeof FORMATS)[number];

/** Where rows are fetched as a file, which is written as they are read. */
export function exportUrl(slug: string, connection: string, format: Format, name: string, settings: Settings, sql?: string): string {
  const asked = new URLSearchParams({ format, name, settings: JSON.stringify(settings), ...(sql !== undefined && { sql }) });
  return serverUrl(`/api/v1/workspaces/${encodeURIComponent(slug)}/connections/${encodeURIComponent(connection)}/export?${asked.toString()}`);
}

/** Rows of a node of a document that is not kept. */
export function previewRows(slug: string, document: object, node: string, limit: number, signal?: AbortSignal): Promise<Rows> {
  return body(client.POST("/api/v1/workspaces/{workspace}/preview", { params: { path: { workspace: slug } }, body: { document: JSON.stringify(document), node, limit, params: {} as Record<string, never> }, signal }));
}
