import { describe, expect, it } from "vitest";
import { free } from "@/lib/free";
import { aRun, aTask } from "@/lib/testing/things";
import { nodeBars, progressOf } from "./timeline";
import { advance } from "./useProgress";

const AT = Date.parse("2026-11-29T08:00:00Z");
const attempt = (ended_at: string | null) => ({ number: 1, state: "running", started_at: "2026-11-29T08:00:00Z", ended_at, resumed: false, worker: "w", worker_id: "wk" });
const none = new Set<string>();
const shown = (bars: ReturnType<typeof nodeBars>) => bars.map(({ node, state, span }) => [node, state, span && [(span.start - AT) / 1000, (span.end - AT) / 1000]]);

describe("nodes of a run that is over", () => {
  const tasks = [aTask({ detail: free({ began_seconds: 0.5, seconds: 2 }) }), aTask({ node: "clean", role: "transform", state: "unfinished", detail: free({ began_seconds: 1, seconds: 2 }) }), aTask({ node: "load", role: "destination", state: "failed" })];

  it("are failed or not finished when the run failed, and done only where it is known", () => {
    const bars = nodeBars(aRun({ state: "failed" }), attempt("2026-11-29T08:00:04Z"), tasks, [], [], none, null, AT);
    expect(shown(bars)).toEqual([["orders", "done", [0.5, 2.5]], ["clean", "unreached", [1, 3]], ["load", "failed", [4, 4]]]);
  });

  it("stand in the order of their beginnings, but never before what they read from", () => {
    const early = [aTask({ node: "load", role: "destination", detail: free({ began_seconds: 0, seconds: 3 }) }), aTask({ node: "load:expect", role: "transform", detail: free({ began_seconds: 0.1, seconds: 3 }) }), aTask({ node: "clean", role: "transform", detail: free({ began_seconds: 0.5, seconds: 2 }) }), aTask({ node: "late", detail: free({ began_seconds: 2, seconds: 1 }) }), aTask({ detail: free({ began_seconds: 0.6, seconds: 1 }) })];
    const edges = [{ from: "orders", to: "clean" }, { from: "clean", to: "load" }];
    expect(nodeBars(aRun({ state: "done" }), attempt("2026-11-29T08:00:04Z"), early, [], edges, none, null, AT).map(({ node }) => node)).toEqual(["orders", "clean", "load", "load:expect", "late"]);
  });

  it("tell their quarantine, and nothing of what never began", () => {
    const bars = nodeBars(aRun({ state: "quarantined" }), attempt("2026-11-29T08:00:04Z"), [aTask({ rows_quarantined: 2, detail: free({ seconds: 1 }) }), aTask({ node: "late" })], [], [], none, null, AT);
    expect(shown(bars)).toEqual([["orders", "quarantined", [0, 1]]]);
  });
});

describe("nodes of a run that goes on", () => {
  const tasks = [aTask({ node: "later", role: "transform", state: "waiting", rows_written: 0 }), aTask({ state: "running", detail: free({ seconds: 2 }) }), aTask({ node: "load", role: "destination", state: "running", rows_written: 4 })];
  const told = (seconds: number, orders: number, rows: number) => ({ seconds, loads: [{ node: "load", rows, bytes: 1, fraction: null }], nodes: [{ node: "orders", read: 9, written: 9, quarantined: 0, seconds: orders }, { node: "later", read: 0, written: 0, quarantined: 0 }, { node: "load", read: rows, written: rows, quarantined: 0 }] });
  const run = aRun({ state: "running", ended_at: null });

  it("have bars from their beginning to their latest row, also once they rest", () => {
    const progress = [told(1, 0.5, 0), told(3, 2.5, 4), told(9, 2.5, 8)].reduce<ReturnType<typeof advance> | null>(advance, null);
    expect(shown(nodeBars(run, attempt(null), tasks, [], [], none, progress, AT + 9000))).toEqual([["orders", "running", [0.5, 3]], ["load", "running", [3, 9]], ["later", "waiting", null]]);
  });

  it("are known from what the server told when it was asked, before the first event", () => {
    expect(shown(nodeBars(run, attempt(null), tasks, [], [], none, progressOf(tasks, 5), AT + 6000))).toEqual([["orders", "running", [3, 5]], ["load", "running", [5, 6]], ["later", "waiting", null]]);
  });
});
