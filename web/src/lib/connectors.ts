import { queryOptions } from "@tanstack/react-query";
import { type Api, body, client } from "@/api/client";

/** What a connector can do, as far as pages decide by it. */
export interface Capabilities {
  write_modes: string[];
  /** It answers SQL. */
  queries: boolean;
  /** It lets accounts in, or refuses them. */
  accounts: boolean;
}

export type NodeType = Api<"NodeType">;

export function capabilitiesOf(type: NodeType | undefined): Capabilities | undefined {
  return (type?.capabilities ?? undefined) as Capabilities | undefined;
}

/** Every connector and transform of the server. They change only with the program. */
export const nodeTypesQuery = queryOptions({
  queryKey: ["node-types"],
  queryFn: async () => (await body(client.GET("/api/v1/node-types"))).items,
  staleTime: Infinity,
});

/** One of them, with its settings and its page. */
export function nodeTypeQuery(name: string) {
  return queryOptions({
    queryKey: ["node-types", name],
    queryFn: () => body(client.GET("/api/v1/node-types/{name}", { params: { path: { name } } })),
    staleTime: Infinity,
  });
}

/** The JSON Schema of the settings of a connection. */
export function connectionSchema(type: Api<"NodeTypeView">): object {
  return (type.schemas as unknown as { connection?: object }).connection ?? {};
}
