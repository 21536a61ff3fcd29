import { describe, expect, it } from "vitest";
import { histogram, statistics } from "./statistics";

describe("statistics of a column", () => {
  it("counts what is missing apart and orders numbers by value", () => {
    const found = statistics([10, 9, null, 9, undefined], "int64");
    expect(found).toMatchObject({ rows: 5, missing: 2, distinct: 2, min: 9, max: 10, top: [{ value: "9", count: 2 }, { value: "10", count: 1 }] });
    expect(found.mean).toBeCloseTo(28 / 3);
  });

  it("takes decimals that come as text for numbers", () => {
    expect(statistics(["10.5", "9.25"], "decimal(38,2)")).toMatchObject({ min: "9.25", max: "10.5" });
  });

  it("reads times without a zone as they stand", () => {
    const { bins, inTime, min } = statistics(["2025-06-02T10:00:00", "2025-06-01T10:00:00"], "timestamp");
    expect(inTime).toBe(true);
    expect(min).toBe("2025-06-01T10:00:00");
    expect(bins[0]?.from).toBe(Date.UTC(2025, 5, 1, 10));
  });

  it("is of use without any value", () => {
    expect(statistics([null], "text")).toMatchObject({ missing: 1, distinct: 0, min: undefined, bins: [] });
  });
});

describe("histogram", () => {
  it("loses no value, the greatest included", () => {
    const bins = histogram([0, 0.1, 5, 99.9, 100]);
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(5);
    expect(bins.at(-1)?.count).toBe(2);
  });

  it("gives whole numbers in a short span a bin each", () => {
    expect(histogram([1, 3, 3]).map((bin) => bin.count)).toEqual([1, 0, 2]);
  });
});
