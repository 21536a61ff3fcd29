import { queryOptions } from "@tanstack/react-query";
import { type Api, body, client, setCsrf } from "./client";
import { queries } from "./query";

export type SessionView = Api<"SessionView">;
export type Membership = Api<"Membership">;

/** Who is signed in, and in which workspaces; nobody has `user: null`. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    const session = await body(client.GET("/api/v1/session"));
    setCsrf(session.csrf ?? null);
    return session;
  },
  staleTime: Infinity,
});

/** Takes over a session that the server has just opened. */
export function takeSession(session: SessionView): void {
  setCsrf(session.csrf ?? null);
  queries.setQueryData(sessionQuery.queryKey, session);
}

export async function signOut(): Promise<void> {
  await client.DELETE("/api/v1/session");
  setCsrf(null);
  queries.clear();
  // What was being written in this window is for nobody else.
  sessionStorage.clear();
  navigator.serviceWorker?.controller?.postMessage("forget");
}
