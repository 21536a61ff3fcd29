import type { Group } from "../requests";

export interface Merged {
  node: string;
  column?: string | null;
  /** The reason; what differs between its groups is `…`. */
  reason: string;
  rows: number;
  /** Those about which nothing was done yet. */
  open: number;
  /** How many reasons were put together. */
  reasons: number;
  /** What to look for in order to find the rows. */
  search: string;
}

const QUOTED = /`[^`]*`/g;

/** Reasons often hold the value itself: those that say the same of different values are shown as one. */
export function merge(groups: Group[]): Merged[] {
  const alike = new Map<string, Group[]>();
  for (const group of groups) {
    const key = JSON.stringify([group.node, group.column ?? null, group.reason.replace(QUOTED, "`")]);
    alike.set(key, [...(alike.get(key) ?? []), group]);
  }
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const parts = same.map((group) => group.reason.match(QUOTED) ?? []);
    let at = 0;
    const reason = first.reason.replace(QUOTED, (quoted) => {
      const index = at++;
      return parts.every((one) => one[index] === quoted) ? quoted : "…";
    });
    const rows = same.reduce((sum, group) => sum + group.rows, 0);
    const open = same.reduce((sum, one) => sum + one.open, 0);
    return [{ node: first.node, column: first.column, reason, rows, open, reasons: same.length, search: searchOf(reason) }];
  }).sort((a, b) => b.rows - a.rows);
}

/** A piece of the reason that all of them have: the last one that says something, else the longest. */
function searchOf(reason: string): string {
  const pieces = reason.split("…").map((piece) => piece.trim()).filter((piece) => piece !== "");
  return pieces.findLast((piece) => piece.length >= 12) ?? [...pieces].sort((a, b) => b.length - a.length)[0] ?? "";
}
