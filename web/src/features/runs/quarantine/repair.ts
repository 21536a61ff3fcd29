import type { Reject } from "../requests";

/** A value of a row: text, or none. */
export type Cell = string | null;
/** What was corrected: by row, by column. */
export type Corrections = ReadonlyMap<number, Readonly<Record<string, Cell>>>;

/** The values of a row as the server took them apart; none where it could not. */
export function valuesOf(row: Reject): Record<string, Cell> | null {
  return row.values && typeof row.values === "object" ? (row.values as Record<string, Cell>) : null;
}

/** The value of a cell as it stands now. */
export function valueOf(row: Reject, column: string, corrections: Corrections): Cell {
  const own = corrections.get(row.number);
  return own && column in own ? (own[column] ?? null) : (valuesOf(row)?.[column] ?? null);
}

/** The columns of some rows: first those that did not fit, then the others in their order. `known` are those of the source, for rows that could not be taken apart. */
export function columnsOf(rows: Reject[], known: string[]): string[] {
  const all = new Set(rows.flatMap((row) => Object.keys(valuesOf(row) ?? {})));
  if (rows.some((row) => valuesOf(row) === null)) known.forEach((column) => all.add(column));
  const misfits = new Set(rows.flatMap((row) => (row.column && all.has(row.column) ? [row.column] : [])));
  return [...misfits, ...[...all].filter((column) => !misfits.has(column))];
}

/** The corrections after one more. What is as it was before is no correction. */
export function correct(corrections: Corrections, row: Reject, column: string, value: Cell): Corrections {
  const next = new Map(corrections);
  const others = Object.entries(next.get(row.number) ?? {}).filter(([name]) => name !== column);
  const before = valuesOf(row);
  const isAsBefore = before !== null && (before[column] ?? null) === value;
  const own = isAsBefore ? others : [...others, [column, value] as const];
  if (own.length > 0) next.set(row.number, Object.fromEntries(own));
  else next.delete(row.number);
  return next;
}

/** Other rows that have the same wrong value and are not corrected there yet. */
export function alike(rows: Reject[], row: Reject, column: string, corrections: Corrections): Reject[] {
  const value = valuesOf(row)?.[column] ?? null;
  return rows.filter((other) => other.number !== row.number && other.column === column && row.column === column && valuesOf(other) !== null && (valuesOf(other)?.[column] ?? null) === value && !(column in (corrections.get(other.number) ?? {})));
}

/** What was pasted from a spreadsheet, as cells; null when it is one plain value. */
export function pasted(text: string): string[][] | null {
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  if (lines.length === 1 && !text.includes("\t")) return null;
  return lines.map((line) => line.split("\t"));
}

/** Fills cells from one on, as spreadsheets do. */
export function fill(corrections: Corrections, rows: Reject[], columns: string[], at: { row: number; column: number }, cells: string[][]): Corrections {
  let next = corrections;
  cells.forEach((line, down) => {
    line.forEach((value, right) => {
      const row = rows[at.row + down];
      const column = columns[at.column + right];
      if (row && column !== undefined) next = correct(next, row, column, value === "" ? null : value);
    });
  });
  return next;
}

/** What is sent: every row that is to go on, with what is corrected of it. */
export function sent(rows: Reject[], corrections: Corrections): { number: number; values: Record<string, Cell> }[] {
  return rows.map((row) => ({ number: row.number, values: { ...corrections.get(row.number) } }));
}
