// What the values of a column look like. Pure; over the rows that are at hand.

export interface Bin {
  /** From, and up to but without; the last bin holds its end too. */
  from: number;
  to: number;
  count: number;
}

export interface Statistics {
  rows: number;
  missing: number;
  /** Different values, without what is missing. */
  distinct: number;
  min: unknown;
  max: unknown;
  mean: number | undefined;
  /** The most frequent values. */
  top: { value: string; count: number }[];
  bins: Bin[];
  /** Whether `from` and `to` of bins are milliseconds of points in time. */
  inTime: boolean;
}

const TOP = 8;
const BINS = 16;

export function isNumeric(type: string): boolean {
  return /^(u?int|float|decimal)/.test(type);
}

export function isTemporal(type: string): boolean {
  return /^(date|timestamp)/.test(type);
}

function textOf(value: unknown): string {
  return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The number behind a value, where there is one: decimals of many digits come as text. */
export function numberOf(value: unknown, type: string): number | undefined {
  if (isNumeric(type)) {
    const number = typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
    return Number.isFinite(number) ? number : undefined;
  }
  if (isTemporal(type) && typeof value === "string") {
    // Without a zone, a time means the same everywhere: take it as one of UTC.
    const time = Date.parse(/^\d{4,}-\d\d-\d\d$/.test(value) || /(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
    return Number.isFinite(time) ? time : undefined;
  }
  return undefined;
}

/** Counts how many numbers lie in each of some equally wide bins. */
export function histogram(numbers: number[], most = BINS): Bin[] {
  if (numbers.length === 0) return [];
  let [low, high] = [Infinity, -Infinity];
  for (const number of numbers) {
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  if (low === high) return [{ from: low, to: high, count: numbers.length }];
  // Whole numbers in a short span have a bin each.
  const isShort = numbers.every(Number.isInteger) && high - low < most;
  const count = isShort ? high - low + 1 : most;
  const width = isShort ? 1 : (high - low) / most;
  const bins: Bin[] = Array.from({ length: count }, (_, index) => ({ from: low + index * width, to: low + (index + 1) * width, count: 0 }));
  for (const number of numbers) {
    const bin = bins[Math.min(count - 1, Math.floor((number - low) / width))];
    if (bin) bin.count += 1;
  }
  return bins;
}

export function statistics(values: unknown[], type: string): Statistics {
  const counts = new Map<string, number>();
  const numbers: number[] = [];
  let [missing, sum] = [0, 0];
  let least: { key: number | string; value: unknown } | undefined;
  let most: { key: number | string; value: unknown } | undefined;
  const byNumber = isNumeric(type) || isTemporal(type);
  for (const value of values) {
    if (value === null || value === undefined) {
      missing += 1;
      continue;
    }
    const text = textOf(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    const number = numberOf(value, type);
    if (number !== undefined) {
      numbers.push(number);
      sum += number;
    }
    const key = byNumber ? number : text;
    if (key === undefined) continue;
    if (!least || key < least.key) least = { key, value };
    if (!most || key > most.key) most = { key, value };
  }
  const top = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, TOP).map(([value, count]) => ({ value, count }));
  return {
    rows: values.length,
    missing,
    distinct: counts.size,
    min: least?.value,
    max: most?.value,
    mean: isNumeric(type) && numbers.length > 0 ? sum / numbers.length : undefined,
    top,
    bins: histogram(numbers),
    inTime: isTemporal(type),
  };
}
