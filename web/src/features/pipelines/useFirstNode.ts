import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { readGraph } from "./model/graph";
import type { Kinds } from "./model/kinds";

/**
 * Selects the first node of a pipeline that begins, so that its rows are in view at once. True when that is done or there is
 * none; the builder then opens with the node in its address.
 */
export function useFirstNode(text: string | undefined, kinds: Kinds | undefined): boolean {
  const navigate = useNavigate();
  const { node } = useSearch({ strict: false });
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (isDone || text === undefined || !kinds) return;
    const first = readGraph(text, kinds).graph?.nodes.keys().next().value;
    const end = () => setIsDone(true);
    if (node !== undefined || first === undefined) end();
    else void navigate({ to: ".", search: (old) => ({ ...old, node: first }), replace: true }).then(end);
  }, [isDone, text, kinds, node, navigate]);
  return isDone && text !== undefined && kinds !== undefined;
}
