import { useEffect, useState } from "react";
import { useBuilderStore } from "./context";

/** The text, once nobody has typed for that many milliseconds. */
export function useSettled(milliseconds: number) {
  const store = useBuilderStore();
  const [settled, setSettled] = useState(() => ({ text: store.now.text, graph: store.now.graph, isCalm: true }));
  // What it is of: the text may have changed between the first drawing and the moment from which changes are heard.
  const { text: first } = settled;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let text = first;
    const hear = () => {
      if (store.now.text === text) return;
      ({ text } = store.now);
      clearTimeout(timer);
      setSettled((old) => (old.isCalm ? { ...old, isCalm: false } : old));
      timer = setTimeout(() => setSettled({ text: store.now.text, graph: store.now.graph, isCalm: true }), milliseconds);
    };
    hear();
    const stop = store.subscribe(hear);
    return () => { stop(); clearTimeout(timer); };
  }, [store, first, milliseconds]);
  return settled;
}
