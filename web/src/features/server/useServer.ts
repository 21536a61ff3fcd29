import { useMutation, useQuery } from "@tanstack/react-query";
import { type Api, client, tagged } from "@/api/client";
import { queries } from "@/api/query";

/** The server, and what can be changed about it while it runs. */
export function useServer() {
  const query = useQuery({ queryKey: ["server"], queryFn: () => tagged(client.GET("/api/v1/server")) });
  const change = useMutation({
    mutationFn: (wanted: Api<"ServerChange">) => tagged(client.PATCH("/api/v1/server", { params: { header: { "If-Match": query.data?.etag ?? "" } }, body: wanted })),
    // Not waited for: forms begin anew with what is read, and would not say that it is saved.
    onSettled: () => void queries.invalidateQueries({ queryKey: ["server"] }),
  });
  return { query, server: query.data?.value, change };
}
