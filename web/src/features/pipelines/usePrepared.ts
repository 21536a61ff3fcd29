import { startTransition, useEffect, useState } from "react";
import { readGraph } from "./model/graph";
import type { Kinds } from "./model/kinds";
import { placesOf } from "./model/place";
import { read } from "./model/written";

/** Lets what people do come first. */
const pause = (): Promise<void> => new Promise((go) => setTimeout(go));

/**
 * Reads a long document and finds the places of its nodes, one after the other, before the builder is drawn: in one go they would
 * keep keys waiting. The builder finds them read. True once it may be drawn, which React then does step by step.
 */
export function usePrepared(name: string, text: string | undefined, kinds: Kinds | undefined): boolean {
  const [ready, setReady] = useState<string>();
  const isWanted = ready !== name;
  useEffect(() => {
    if (!isWanted || text === undefined || !kinds) return undefined;
    let isOver = false;
    const prepare = async () => {
      await pause();
      read(text);
      await pause();
      const { graph } = readGraph(text, kinds);
      if (graph) placesOf(graph);
      await pause();
      if (!isOver) startTransition(() => setReady(name));
    };
    void prepare();
    return () => { isOver = true; };
  }, [isWanted, name, text, kinds]);
  return !isWanted;
}
