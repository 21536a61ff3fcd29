import { queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";

// What the server says of itself, and does not change while it runs.

/** The kinds of channels there are, with the schemas of their settings. */
export const channelKindsQuery = queryOptions({ queryKey: ["channel-kinds"], queryFn: () => body(client.GET("/api/v1/channel-kinds")), staleTime: Infinity });

/** Who lets people in besides passwords. */
export const providersQuery = queryOptions({ queryKey: ["providers"], queryFn: () => body(client.GET("/api/v1/providers")), staleTime: Infinity });
