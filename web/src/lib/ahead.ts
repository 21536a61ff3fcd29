import type { QueryKey } from "@tanstack/react-query";
import { queries } from "@/api/query";

interface Ahead<V> {
  /** What the change is seen in: everything whose key begins like that. It is asked for again in the end. */
  keys: QueryKey[];
  /** What will be shown under a key once the server has done it. */
  change: (shown: unknown, given: V, key: QueryKey) => unknown;
  /** Says why it was not done. */
  failed: (error: unknown) => void;
}

type Shown = [QueryKey, unknown][];

/**
 * For `useMutation`: shows a change before the server has answered, and takes it back with its reason when the server refuses.
 * For what is safe and mostly done: nobody should see a thing happen that did not, if it matters.
 */
export function ahead<V>({ keys, change, failed }: Ahead<V>) {
  return {
    mutationKey: keys[0],
    onMutate: async (given: V): Promise<Shown> => {
      // What is on its way is of before.
      await Promise.all(keys.map((queryKey) => queries.cancelQueries({ queryKey })));
      const before = keys.flatMap((queryKey): Shown => queries.getQueriesData({ queryKey })).filter(([, shown]) => shown !== undefined);
      for (const [key, shown] of before) queries.setQueryData(key, change(shown, given, key));
      return before;
    },
    onError: (error: unknown, _: V, before: Shown | undefined) => {
      for (const [key, shown] of before ?? []) queries.setQueryData(key, shown);
      failed(error);
    },
    onSettled: () => {
      // An answer that comes while another change is under way does not know of that one yet.
      if (queries.isMutating({ mutationKey: keys[0] }) > 1) return;
      for (const queryKey of keys) void queries.invalidateQueries({ queryKey });
    },
  };
}

/** The items of a list, as a whole or page by page, after a change of each; null takes one out. What is no list stays. */
export function changeItems<T>(shown: unknown, change: (item: T) => T | null): unknown {
  if (Array.isArray(shown)) return shown.map((item: T) => change(item)).filter((item) => item !== null);
  if (typeof shown !== "object" || shown === null) return shown;
  if ("pages" in shown && Array.isArray(shown.pages)) return { ...shown, pages: shown.pages.map((page) => changeItems(page, change)) };
  return "items" in shown ? { ...shown, items: changeItems(shown.items, change) } : shown;
}
