import { useCallback, useState } from "react";

// Queries that were asked or kept, in this browser.

export interface Kept {
  name: string;
  sql: string;
}

export interface Queries {
  /** What was asked, the latest first. */
  history: string[];
  saved: Kept[];
}

const MOST = 40;
const NOTHING: Queries = { history: [], saved: [] };

export function asked(queries: Queries, sql: string): Queries {
  const text = sql.trim();
  return { ...queries, history: [text, ...queries.history.filter((one) => one !== text)].slice(0, MOST) };
}

export function kept(queries: Queries, name: string, sql: string): Queries {
  const saved = [...queries.saved.filter((one) => one.name !== name), { name, sql }];
  return { ...queries, saved: saved.sort((a, b) => a.name.localeCompare(b.name)) };
}

export function dropped(queries: Queries, name: string): Queries {
  return { ...queries, saved: queries.saved.filter((one) => one.name !== name) };
}

/** What a browser keeps may be of an older version, or of nobody. */
export function readQueries(text: string | null): Queries {
  try {
    const found = JSON.parse(text ?? "null") as Partial<Queries> | null;
    const history = Array.isArray(found?.history) ? found.history.filter((one) => typeof one === "string") : [];
    const saved = Array.isArray(found?.saved) ? found.saved.filter((one) => typeof one?.name === "string" && typeof one.sql === "string") : [];
    return { history, saved };
  } catch {
    return NOTHING;
  }
}

/** The queries of a connection, and how they change. */
export function useQueries(slug: string, connection: string) {
  const key = `towpath-queries/${slug}/${connection}`;
  const [queries, setQueries] = useState(() => readQueries(localStorage.getItem(key)));
  const change = useCallback(
    (how: (queries: Queries) => Queries) =>
      setQueries(() => {
        // Another tab may have kept something meanwhile.
        const next = how(readQueries(localStorage.getItem(key)));
        try {
          localStorage.setItem(key, JSON.stringify(next));
        } catch {
          // A browser that keeps nothing remembers until the page is closed.
        }
        return next;
      }),
    [key],
  );
  return [queries, change] as const;
}
