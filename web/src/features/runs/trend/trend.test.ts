import { describe, expect, it } from "vitest";
import type { Colors } from "@/components/chart/colors";
import type { Run } from "../requests";
import { drawTrend, inOrder, summaryOf } from "./trend";

const colors: Colors = { text: "#000", faint: "#777", line: "#ddd", paper: "#fff", states: { done: "green", quarantined: "orange", failed: "red" } };
const words = { written: "Rows", quarantined: "Quarantine", duration: "Duration", state: (state: string) => state };
const run = (id: string, state: string, rows: number, rejected = 0) =>
  ({ id, state, rows_written: rows, rows_quarantined: rejected, seconds: rows / 10, created_at: "2026-11-30T08:00:00Z", started_at: state === "Queued" ? null : "2026-11-30T08:00:00Z" }) as unknown as Run;

describe("the trend of a pipeline", () => {
  const newestFirst = [run("e", "Running", 5), run("d", "Queued", 0), run("c", "Failed", 0), run("b", "Quarantined", 36, 2), run("a", "Done", 38)];

  it("holds the runs that are over, the oldest first", () => {
    expect(inOrder(newestFirst).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("colours what was written by how the run ended, and what was rejected apart", () => {
    const { series } = drawTrend(inOrder(newestFirst), words, colors) as { series: { data: unknown[] }[] };
    expect(series[0]?.data).toEqual([
      { value: 38, itemStyle: { color: "green" } },
      { value: 36, itemStyle: { color: "green" } },
      { value: 0, itemStyle: { color: "red" } },
    ]);
    expect(series[1]?.data).toEqual([0, 2, 0]);
  });

  it("says in numbers what it shows", () => {
    expect(summaryOf(inOrder(newestFirst))).toEqual({ count: 3, failed: 1, least: 0, most: 38, longest: 3.8 });
  });
});
