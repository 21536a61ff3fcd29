import { describe, expect, it } from "vitest";
import { statisticsOf } from "./statistics";

describe("statistics of a column", () => {
  it("counts what is missing and what differs", () => {
    expect(statisticsOf("text", ["a", "b", "a", null])).toEqual({ rows: 4, missing: 1, distinct: 2, kind: "values", bars: [{ label: "a", count: 2 }, { label: "b", count: 1 }] });
  });
  it("puts numbers and times into ranges that hold all of them", () => {
    const numbers = statisticsOf("decimal(18,2)", Array.from({ length: 100 }, (_, index) => String(index)));
    expect([numbers.kind, numbers.least, numbers.most]).toEqual(["range", "0", "99"]);
    expect(numbers.bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(100);
    expect(statisticsOf("date", ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05", "2026-01-06", "2026-01-09"]).most).toBe("2026-01-09");
  });
  it("knows nothing of nothing", () => {
    expect(statisticsOf("int64", [null, null])).toMatchObject({ missing: 2, distinct: 0, bars: [] });
  });
});
