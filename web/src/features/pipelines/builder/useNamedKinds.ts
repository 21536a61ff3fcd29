import { useMemo } from "react";
import { useServerWords } from "@/lib/serverWords";
import type { Kinds } from "../model/kinds";

/** The kinds of nodes with their names in the language of the page. Their schemas stay as they are: forms name settings. */
export function useNamedKinds(kinds: Kinds): Kinds {
  const words = useServerWords();
  return useMemo(() => new Map([...kinds].map(([key, kind]) => [key, { ...kind, title: words.text(kind.title), summary: words.text(kind.summary) }])), [kinds, words]);
}
