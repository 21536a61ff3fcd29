import { useCallback, useState } from "react";
import type { Saved } from "./saved";

// Queries that were asked, in this browser, and what is being written in this window.

const MOST = 40;

/** The history with what was asked now, the latest first. */
export function asked(history: string[], sql: string): string[] {
  const text = sql.trim();
  return [text, ...history.filter((one) => one !== text)].slice(0, MOST);
}

/** What a browser keeps may be of an older version, or of nobody. */
export function readHistory(text: string | null): string[] {
  try {
    const found = JSON.parse(text ?? "null") as { history?: unknown } | null;
    return Array.isArray(found?.history) ? found.history.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** What was asked of a connection, and how it is remembered. */
export function useHistory(slug: string, connection: string) {
  const key = `towpath-queries/${slug}/${connection}`;
  const [history, setHistory] = useState(() => readHistory(localStorage.getItem(key)));
  const remember = useCallback(
    (sql: string) =>
      setHistory(() => {
        // Another tab may have asked something meanwhile.
        const next = asked(readHistory(localStorage.getItem(key)), sql);
        try {
          localStorage.setItem(key, JSON.stringify({ history: next }));
        } catch {
          // A browser that keeps nothing remembers until the page is closed.
        }
        return next;
      }),
    [key],
  );
  return [history, remember] as const;
}

/** What is written in the console: its text, and of which kept query it is a change. */
export interface Draft {
  sql: string;
  saved?: Saved;
}

/** What is written for a connection, while nobody has said that it may go: it stays over other tables, views and pages. */
export function useDraft(slug: string, connection: string) {
  const key = `towpath-draft/${slug}/${connection}`;
  const [kept] = useState(() => readDraft(sessionStorage.getItem(key)));
  const keep = useCallback(
    (draft: Draft | undefined) => {
      try {
        if (draft) sessionStorage.setItem(key, JSON.stringify(draft));
        else sessionStorage.removeItem(key);
      } catch {
        // A browser that keeps nothing has the text until another table is chosen.
      }
    },
    [key],
  );
  return [kept, keep] as const;
}

export function readDraft(text: string | null): Draft | undefined {
  try {
    const found = JSON.parse(text ?? "null") as Draft | null;
    return typeof found?.sql === "string" ? found : undefined;
  } catch {
    return undefined;
  }
}
