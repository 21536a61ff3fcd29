import type { Reject } from "../requests";

const COLUMNS = ["number", "node", "place", "column", "value", "reason", "original", "value_only", "at"] as const;

/** A value for a program that calculates: what such programs would take for a formula is marked as text. */
export function cell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = /^[=+@\t\r]|^-(?![\d.,]+$)/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(rows: Reject[]): string {
  return rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(",")).join("\r\n");
}

/** Reads all pages and hands the file to the browser; tells how many rows it has so far. */
export async function exportRejects(read: (after: string | undefined) => Promise<{ items: Reject[]; next?: string | null }>, name: string, onRows: (rows: number) => void): Promise<void> {
  // The mark at the beginning tells Excel that this is UTF-8.
  const parts = ["\uFEFF", COLUMNS.join(","), "\r\n"];
  let after: string | undefined;
  let count = 0;
  do {
    const page = await read(after);
    if (page.items.length > 0) parts.push(csvOf(page.items), "\r\n");
    count += page.items.length;
    onRows(count);
    after = page.next ?? undefined;
  } while (after);
  const url = URL.createObjectURL(new Blob(parts, { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
