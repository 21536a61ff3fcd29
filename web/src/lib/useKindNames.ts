import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { nodeTypesQuery } from "./connectors";
import { useServerWords } from "./serverWords";

/** What kinds of nodes are called, in the language of the page; one that is not known keeps its name in documents. */
export function useKindNames(): (kind: string) => string {
  const { data } = useQuery(nodeTypesQuery);
  const words = useServerWords();
  return useMemo(() => {
    const titles = new Map((data ?? []).map((type) => [type.name, words.text(type.title)]));
    return (kind) => titles.get(kind) ?? kind;
  }, [data, words]);
}
