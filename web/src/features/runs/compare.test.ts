import { describe, expect, it } from "vitest";
import { columnChanges, compare } from "./compare";
import type { Run, Task } from "./requests";

const task = (node: string, role: string, detail: object, rows = 1) => ({ node, role, detail, rows_written: rows }) as unknown as Task;
const run = (more: Partial<Run>) => ({ rows_read: 1, rows_written: 1, rows_quarantined: 0, seconds: 1, ...more }) as Run;

describe("two runs side by side", () => {
  it("tell times of nodes that are worth a line", () => {
    const now = [task("orders", "source", { seconds: 8 }), task("named", "transform", { seconds: 0.2 })];
    const rows = compare(run({}), run({}), now, [task("orders", "source", { seconds: 4 })]);
    expect(rows.filter((row) => row.key === "node_time")).toMatchObject([{ node: "orders", now: 8, then: 4, share: 1, isStriking: true }]);
  });

  it("tell which columns came, went and changed", () => {
    const then = [task("orders", "source", { columns: [["id", "int64"], ["old", "text"], ["amount", "int64"]] })];
    const now = [task("orders", "source", { columns: [["id", "int64"], ["amount", "decimal(12,2)"], ["new", "date"]] }), task("load", "destination", {})];
    expect(columnChanges(now, then)).toEqual([
      { node: "orders", column: "amount", then: "int64", now: "decimal(12,2)" },
      { node: "orders", column: "new", then: undefined, now: "date" },
      { node: "orders", column: "old", then: "text", now: undefined },
    ]);
    expect(columnChanges(now, [])).toEqual([]);
  });
});
