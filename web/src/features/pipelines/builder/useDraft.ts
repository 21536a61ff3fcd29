import { useCallback, useMemo, useReducer, useState } from "react";
import { type Edit, edited, renamed } from "../model/edits";
import { graphOf, type Graph, readGraph } from "../model/graph";
import { begin, change, type History, redo, undo } from "../model/history";
import type { Kinds } from "../model/kinds";
import { read } from "../model/written";
import type { Json } from "../model/yaml";

type Action = { do: "change"; text: string; what: string } | { do: "edit"; how: (text: string, value: Json) => string; what: string } | { do: "undo" } | { do: "redo" } | { do: "begin"; text: string };

function reduce(history: History, action: Action): History {
  switch (action.do) {
    case "change":
      return change(history, action.text, action.what);
    case "edit": {
      // Edits are made on what the text says now; a text that cannot be read is changed by hand only.
      const reading = read(history.text);
      return "written" in reading ? change(history, action.how(history.text, reading.written.value), action.what) : history;
    }
    case "undo":
      return undo(history);
    case "redo":
      return redo(history);
    case "begin":
      return begin(action.text);
  }
}

/** The text that is being written, what it says, and its past. */
export function useDraft(first: string, kinds: Kinds) {
  const [history, act] = useReducer(reduce, first, begin);
  const { text } = history;
  const reading = useMemo(() => readGraph(text, kinds), [text, kinds]);
  // What could be read last stays in view while the text is broken.
  const [good, setGood] = useState<Graph>(() => reading.graph ?? graphOf({}, kinds));
  if (reading.graph && reading.graph !== good) setGood(reading.graph);
  const graph = reading.graph ?? good;
  const setText = useCallback((next: string, what = "text") => act({ do: "change", text: next, what }), []);
  const edit = useCallback((how: Edit, what = "") => act({ do: "edit", how: (now, value) => edited(now, value, how), what }), []);
  const rename = useCallback((from: string, to: string) => act({ do: "edit", how: (now, value) => renamed(now, value, from, to), what: "" }), []);
  return {
    text,
    graph,
    broken: reading.problems,
    setText,
    edit,
    rename,
    undo: useCallback(() => act({ do: "undo" }), []),
    redo: useCallback(() => act({ do: "redo" }), []),
    begin: useCallback((next: string) => act({ do: "begin", text: next }), []),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
  };
}
