import { QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

/** What the pages know of the server. Live events say when something is stale, so that little is asked twice. */
export const queries = new QueryClient({
  queryCache: new QueryCache(),
  defaultOptions: {
    queries: {
      // Without a network the service worker may still answer; and nobody waits for what a network may bring one day.
      networkMode: "always",
      staleTime: 15_000,
      retry: (times, error) => times < 3 && error instanceof Problem && error.mayPass,
      refetchOnWindowFocus: true,
    },
    // What cannot be done now fails and says so: it is not done later, when nobody expects it.
    mutations: { networkMode: "always", retry: false },
  },
});
