import { queryOptions } from "@tanstack/react-query";
import { type Api, body, client } from "@/api/client";

export type Saved = Api<"SavedQuery">;

const ALL = "/api/v1/workspaces/{workspace}/connections/{connection}/queries" as const;
const ONE = "/api/v1/workspaces/{workspace}/connections/{connection}/queries/{query}" as const;

/** Queries that people keep beside a connection, by name. */
export function savedQuery(slug: string, connection: string) {
  return queryOptions({
    queryKey: ["queries", slug, connection],
    queryFn: async () => (await body(client.GET(ALL, { params: { path: { workspace: slug, connection }, query: { limit: 1000, sort: "name" } } }))).items,
  });
}

export function keepQuery(slug: string, connection: string, name: string, sql: string): Promise<Saved> {
  return body(client.POST(ALL, { params: { path: { workspace: slug, connection } }, body: { name, sql } }));
}

export function changeQuery(slug: string, connection: string, before: Saved, name: string, sql: string): Promise<Saved> {
  return body(client.PUT(ONE, { params: { path: { workspace: slug, connection, query: before.id }, header: { "If-Match": `"${before.revision}"` } }, body: { name, sql } }));
}

export async function dropQuery(slug: string, connection: string, query: string): Promise<void> {
  await client.DELETE(ONE, { params: { path: { workspace: slug, connection, query } } });
}
