import { changeItems } from "@/lib/ahead";
import type { Pipeline } from "../requests";

/** What is shown under a key once a pipeline is put away, or taken out again: the list that it was in loses it. */
export function afterArchiving(shown: unknown, id: string, away: boolean, [, , which]: readonly unknown[]): unknown {
  return changeItems<Pipeline>(shown, (one) => (one.id !== id ? one : which === "list" ? null : { ...one, archived_at: away ? new Date().toISOString() : null }));
}

/** The same once its tags are others; a list of one tag may lose it. */
export function afterTagging(shown: unknown, id: string, tags: string[], [, , which, , , tag]: readonly unknown[]): unknown {
  return changeItems<Pipeline>(shown, (one) => (one.id !== id ? one : which === "list" && typeof tag === "string" && !tags.includes(tag) ? null : { ...one, tags }));
}
