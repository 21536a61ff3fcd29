import { describe, expect, it } from "vitest";
import { advance, type Progress } from "./useProgress";

const told = (seconds: number, rows: number) => ({ seconds, loads: [{ node: "load", rows, bytes: rows * 10, fraction: null }] });

describe("rows per second", () => {
  const after = (...steps: [number, number][]): Progress => {
    let progress: Progress | null = null;
    for (const [seconds, rows] of steps) progress = advance(progress, told(seconds, rows));
    return progress as Progress;
  };

  it("are unknown at first, then those of the last seconds", () => {
    expect(after([1, 500]).loads.get("load")).toMatchObject({ rows: 500, perSecond: 0 });
    expect(after([1, 500], [2, 1500]).loads.get("load")?.perSecond).toBe(1000);
    // What is longer ago than the window does not count.
    expect(after([0, 0], [10, 100_000], [12, 100_200]).loads.get("load")?.perSecond).toBe(100);
  });

  it("are told by output, where a node has several", () => {
    const split = (seconds: number, low: number, rest: number) => ({ seconds, nodes: [{ node: "split", read: low + rest, written: low + rest, quarantined: 0, ports: { low, rest } }] });
    const { ports } = advance(advance(null, split(1, 10, 0)), split(3, 30, 500)).nodes.get("split") ?? {};
    expect(ports).toEqual({ low: { rows: 30, perSecond: 10 }, rest: { rows: 500, perSecond: 250 } });
  });

  it("begin anew with another attempt", () => {
    expect(after([8, 9000], [1, 10]).loads.get("load")).toMatchObject({ rows: 10, perSecond: 0 });
  });
});
