import { describe, expect, it } from "vitest";
import type { Group, Reject } from "../requests";
import { cell, csvOf } from "./export";
import { merge } from "./merge";

const group = (reason: string, rows: number, column: string | null = null) => ({ node: "lines", column, reason, rows }) as Group;

describe("reasons", () => {
  it("that differ only in the value are one", () => {
    const [first, second, ...others] = merge([group("`1` is not a date of the form `%d`", 2), group("`L:` is missing in the line", 4), group("`2` is not a date of the form `%d`", 3)]);
    expect(first).toMatchObject({ reason: "… is not a date of the form `%d`", rows: 5, reasons: 2, search: "is not a date of the form `%d`" });
    expect(second).toMatchObject({ reason: "`L:` is missing in the line", rows: 4, reasons: 1 });
    expect(others).toEqual([]);
  });

  it("of other columns stay apart", () => {
    expect(merge([group("`x` is no number", 1, "a"), group("`x` is no number", 1, "b")])).toHaveLength(2);
  });
});

describe("export", () => {
  it("keeps what was there, and quotes what has to be", () => {
    const row = { number: 1, node: "lines", place: "a.csv:2", column: null, value: 'a "b", c', reason: "no", original: "x\ny", value_only: false, at: "2026-11-29T00:00:00Z" } as unknown as Reject;
    expect(csvOf([row])).toBe('1,lines,a.csv:2,,"a ""b"", c",no,"x\ny",false,2026-11-29T00:00:00Z');
  });

  it("lets no program take a value for a formula", () => {
    expect(["=1+1", "+SUM(A1)", "@x", "-cmd", "-12.50", "plain"].map(cell)).toEqual(["'=1+1", "'+SUM(A1)", "'@x", "'-cmd", "-12.50", "plain"]);
  });
});
