// What can be told of the values of a column, over the rows that were looked at. Pure.

export interface Bar {
  label: string;
  count: number;
}

export interface Statistics {
  rows: number;
  missing: number;
  distinct: number;
  /** Ranges of numbers and times in their order, or the values that come most often. */
  bars: Bar[];
  kind: "range" | "values";
  least?: string;
  most?: string;
}

const BARS = 12;
const NUMBER = /^u?int|^float|^decimal/;
const TIME = /^date$|^timestamp/;

export function statisticsOf(type: string, values: unknown[]): Statistics {
  const there = values.filter((value) => value !== null && value !== undefined);
  const counts = new Map<string, number>();
  for (const value of there) {
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const shared = { rows: values.length, missing: values.length - there.length, distinct: counts.size };
  const scale = NUMBER.test(type) ? Number : TIME.test(type) ? (value: unknown) => Date.parse(String(value)) : undefined;
  const numbers = scale ? there.map((value) => ({ at: scale(value), text: String(value) })).filter(({ at }) => Number.isFinite(at)) : [];
  if (scale && numbers.length > 0 && counts.size > 6) {
    const sorted = numbers.sort((a, b) => a.at - b.at);
    const least = sorted[0] as (typeof sorted)[0];
    const most = sorted.at(-1) as (typeof sorted)[0];
    const width = (most.at - least.at) / BARS || 1;
    const bars = Array.from({ length: BARS }, (): Bar => ({ label: "", count: 0 }));
    for (const { at, text } of sorted) {
      const bar = bars[Math.min(BARS - 1, Math.floor((at - least.at) / width))] as Bar;
      bar.label = bar.count === 0 ? text : `${bar.label.split(" … ")[0]} … ${text}`;
      bar.count += 1;
    }
    return { ...shared, bars, kind: "range", least: least.text, most: most.text };
  }
  const bars = [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count || a.label.localeCompare(b.label)).slice(0, BARS);
  return { ...shared, bars, kind: "values" };
}
