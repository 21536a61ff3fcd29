import { queryOptions, useQuery } from "@tanstack/react-query";
import { body, client } from "@/api/client";

/** Everybody who is in a workspace, with their roles. */
export function membersQuery(workspace: string) {
  return queryOptions({
    queryKey: ["members", workspace],
    queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/members", { params: { path: { workspace } } })),
  });
}

/** Names of the people of a workspace, by their identity. Programs and people who left have none. */
export function usePeople(workspace: string): (id: string | null | undefined) => string | undefined {
  const { data } = useQuery({ ...membersQuery(workspace), staleTime: 300_000 });
  return (id) => data?.items.find((member) => member.user_id === id)?.name;
}
