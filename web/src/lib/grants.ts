import { queryOptions, useQuery } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { connectionsQuery } from "./connections";
import { isAtLeast, type Role } from "./rights";
import { useWorkspace } from "./workspace";

/** Who has a role on a connection alone. */
export function grantsQuery(slug: string, connection: string) {
  return queryOptions({
    queryKey: ["connections", slug, "grants", connection],
    queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/connections/{connection}/grants", { params: { path: { workspace: slug, connection } } }))).items,
  });
}

/** What the person may do on a connection: by the role in the workspace, or by one on the connection alone. */
export function useMayOn(connection: string | undefined): { may: (least: Role) => boolean; isKnown: boolean } {
  const { slug, may } = useWorkspace();
  // Nobody is given more than an editor's role on a connection: who has it already need not be looked up.
  const wanted = connection !== undefined && !may("editor");
  const { data, isPending } = useQuery({ ...connectionsQuery(slug), enabled: wanted });
  const role = data?.find((one) => one.id === connection)?.role as Role | undefined;
  return { may: (least) => may(least) || (role !== undefined && isAtLeast(role, least)), isKnown: !wanted || !isPending };
}
