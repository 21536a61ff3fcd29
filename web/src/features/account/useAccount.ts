import { useMutation, useQuery } from "@tanstack/react-query";
import { type Api, client, tagged } from "@/api/client";
import { queries } from "@/api/query";

export type Account = Api<"AccountView">;

export function useAccount() {
  return useQuery({ queryKey: ["account"], queryFn: () => tagged(client.GET("/api/v1/account")) });
}

/** What is shown of a person elsewhere follows from the session. */
export async function refreshAccount(): Promise<void> {
  await Promise.all([queries.invalidateQueries({ queryKey: ["account"] }), queries.invalidateQueries({ queryKey: ["session"] })]);
}

export function useChange(etag: string) {
  return useMutation({
    mutationFn: (change: Api<"AccountChange">) => client.PATCH("/api/v1/account", { params: { header: { "If-Match": etag } }, body: change }),
    // Not waited for: forms begin anew with what is read, and would not say that it is saved.
    onSettled: () => void refreshAccount(),
  });
}
