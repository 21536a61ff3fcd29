import { describe, expect, it } from "vitest";
import type { Task } from "../requests";
import { advance } from "../useProgress";
import type { GraphNode } from "./document";
import { standingOf } from "./standing";

const node = (name: string, role: GraphNode["role"]) => ({ name, role, kind: "x" }) as GraphNode;
const none = new Set<string>();

describe("a node of a run that goes on", () => {
  const told = { seconds: 2, loads: [{ node: "load", rows: 40, bytes: 1, fraction: null }], nodes: [{ node: "orders", read: 101, written: 100, quarantined: 1, seconds: 1.5 }, { node: "later", read: 0, written: 0, quarantined: 0 }, { node: "load", read: 100, written: 40, quarantined: 0 }] };
  const progress = advance(advance(null, { ...told, seconds: 1, nodes: [{ node: "orders", read: 51, written: 50, quarantined: 1, seconds: 0.5 }] }), told);

  it("shows rows, rate and quarantine so far", () => {
    expect(standingOf(node("orders", "source"), "running", [], progress, none)).toMatchObject({ state: "running", rows: 100, perSecond: 50, quarantined: 1, seconds: 1.5 });
  });

  it("waits until its first row is asked for", () => {
    expect(standingOf(node("later", "transform"), "running", [], progress, none).state).toBe("waiting");
    expect(standingOf(node("load", "destination"), "running", [], progress, none).state).toBe("running");
  });
});

describe("a node of a run that failed", () => {
  const task = (name: string, state: Task["state"]) => ({ node: name, state, rows_quarantined: 0 }) as Task;

  it("is in place, failed, or not finished", () => {
    const tasks = [task("a", "done"), task("b", "failed"), task("c", "unfinished")];
    const states = ["a", "b", "c"].map((name) => standingOf(node(name, "destination"), "failed", tasks, null, none).state);
    expect(states).toEqual(["done", "failed", "unreached"]);
  });

  it("did not fail where somebody stopped the run", () => {
    const states = [task("a", "done"), task("b", "failed")].map((one) => standingOf(node(one.node, "destination"), "cancelled", [one], null, new Set(["b"])).state);
    expect(states).toEqual(["done", "unreached"]);
  });
});
