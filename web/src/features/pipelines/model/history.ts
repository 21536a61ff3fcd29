// The text of a document with its past, for undo. Pure.

export interface History {
  text: string;
  past: string[];
  future: string[];
  /** Changes of one thing that follow each other, such as typing in a field, are taken back at once. */
  last: { what: string; at: number } | undefined;
}

const MOST = 200;
const TOGETHER = 1500;

export const begin = (text: string): History => ({ text, past: [], future: [], last: undefined });

export function change(history: History, text: string, what: string, now = Date.now()): History {
  if (text === history.text) return history;
  const joins = what !== "" && history.last?.what === what && now - history.last.at < TOGETHER;
  return { text, past: joins ? history.past : [...history.past, history.text].slice(-MOST), future: [], last: { what, at: now } };
}

export function undo(history: History): History {
  const text = history.past.at(-1);
  return text === undefined ? history : { text, past: history.past.slice(0, -1), future: [history.text, ...history.future], last: undefined };
}

export function redo(history: History): History {
  const [text, ...future] = history.future;
  return text === undefined ? history : { text, past: [...history.past, history.text], future, last: undefined };
}
