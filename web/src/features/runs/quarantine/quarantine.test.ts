import { describe, expect, it } from "vitest";
import type { Group } from "../requests";
import { merge } from "./merge";

const group = (reason: string, rows: number, column: string | null = null) => ({ node: "lines", column, reason, rows, open: rows }) as Group;

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
