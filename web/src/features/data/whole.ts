import { isNumeric, isTemporal, numberOf, type Statistics } from "@/components/data/statistics";
import { ask, type Table } from "./ask";
import { binsQuery, type Condition, isOrdered, overviewQuery, summaryQuery, topQuery } from "./sql";

const BINS = 16;
const TOP = 8;

/** Most columns that are counted at once. */
export const MOST_COLUMNS = 60;

/** What is missing, different, least and greatest of every column over the whole table: one pass, where the table is. */
export async function wholeOverview(table: Table, where: Condition[], signal: AbortSignal): Promise<Statistics[]> {
  const { columns } = table.stream;
  const chosen = columns.slice(0, MOST_COLUMNS);
  const { columns: named, rows } = await ask(table, overviewQuery(columns, chosen, table.way, where), 1, signal);
  const line = (rows[0] ?? []) as unknown[];
  const value = (name: string) => line[named.findIndex((one) => one.name.toLowerCase() === name)];
  const count = Number(value("n") ?? 0);
  return chosen.map((column, place) => ({
    rows: count,
    missing: count - Number(value(`present_${place}`) ?? 0),
    distinct: Number(value(`different_${place}`) ?? -1),
    min: value(`least_${place}`) ?? undefined,
    max: value(`most_${place}`) ?? undefined,
    mean: undefined,
    top: [],
    bins: [],
    inTime: isTemporal(column.type),
  }));
}

/** The statistics of a column over the whole table, counted where the table is. */
export async function wholeStatistics(table: Table, column: { name: string; type: string }, where: Condition[], signal: AbortSignal): Promise<Statistics> {
  const { columns } = table.stream;
  const summary = await ask(table, summaryQuery(columns, column, table.way, where), 1, signal);
  const line = (summary.rows[0] ?? []) as unknown[];
  const value = (name: string) => line[summary.columns.findIndex((one) => one.name.toLowerCase() === name)];
  const rows = Number(value("n") ?? 0);
  const found: Statistics = { rows, missing: rows - Number(value("present") ?? 0), distinct: Number(value("different") ?? -1), min: value("least") ?? undefined, max: value("most") ?? undefined, mean: value("average") == null ? undefined : Number(value("average")), top: [], bins: [], inTime: isTemporal(column.type) };
  if (isOrdered(column.type) || column.type === "boolean") {
    const top = await ask(table, topQuery(columns, column, table.way, where, TOP), TOP, signal);
    found.top = (top.rows as unknown[][]).map((row) => ({ value: String(row[0]), count: Number(row[1]) }));
  }
  const [low, high] = [numberOf(found.min, column.type), numberOf(found.max, column.type)];
  if (isNumeric(column.type) && low !== undefined && high !== undefined && low < high) {
    const counted = await ask(table, binsQuery(columns, column, table.way, where, low, high, BINS), BINS + 1, signal);
    const width = (high - low) / BINS;
    found.bins = Array.from({ length: BINS }, (_, index) => ({ from: low + index * width, to: low + (index + 1) * width, count: 0 }));
    for (const row of counted.rows as unknown[][]) {
      // The greatest value begins a bin of its own: it belongs to the last one.
      const bin = found.bins[Math.min(BINS - 1, Math.max(0, Number(row[0])))];
      if (bin) bin.count += Number(row[1]);
    }
  }
  return found;
}
