import { QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

/** What the pages know of the server. Live events say when something is stale, so that little is asked twice. */
export const queries = new QueryClient({
  queryCache: new QueryCache(),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (times, error) => times < 3 && error instanceof Problem && error.mayPass,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});
