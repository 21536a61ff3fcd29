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

/** Beginnings of what this browser keeps of a person. */
const OWN = ["towpath-queries/", "towpath-recent/"];

export async function signOut(): Promise<void> {
  try {
    await client.DELETE("/api/v1/session");
  } finally {
    setCsrf(null);
    queries.clear();
    // What was written in this window, asked of databases and searched for is for nobody else. Language and workspace stay.
    sessionStorage.clear();
    for (const key of Object.keys(localStorage)) if (OWN.some((own) => key.startsWith(own))) localStorage.removeItem(key);
    navigator.serviceWorker?.controller?.postMessage("forget");
  }
}
