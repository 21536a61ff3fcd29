import { isOver } from "@/components/RunState";
import type { Task } from "../requests";
import type { Progress } from "../useProgress";
import type { GraphNode } from "./document";

export type NodeState = "waiting" | "running" | "done" | "quarantined" | "failed" | "unreached";

export interface Standing {
  state: NodeState;
  task?: Task;
  /** Rows so far, of a destination that is being written. */
  rows?: number;
  perSecond?: number;
  quarantined: number;
}

/** Checks of a destination are reported as a node of their own: `load:expect`. */
export function nodeOf(task: string): string {
  return task.split(":")[0] ?? task;
}

/** How a node of a run stands, from all that is known of it. */
export function standingOf(node: GraphNode, runState: string, tasks: Task[], progress: Progress | null, failedNodes: Set<string>): Standing {
  const task = tasks.find((one) => one.node === node.name);
  const quarantined = tasks.filter((one) => nodeOf(one.node) === node.name).reduce((sum, one) => sum + one.rows_quarantined, 0);
  const load = progress?.loads.get(node.name);
  const common = { task, quarantined, rows: load?.rows, perSecond: load?.perSecond };
  if (isOver(runState)) {
    if (failedNodes.has(node.name)) return { ...common, state: "failed" };
    // Of a run that was stopped or failed, nobody knows that a node came to its end.
    if (!task || runState === "failed" || runState === "cancelled") return { ...common, state: "unreached" };
    return { ...common, state: quarantined > 0 ? "quarantined" : "done" };
  }
  if (runState === "queued") return { ...common, state: "waiting" };
  if (progress?.committed.has(node.name)) return { ...common, state: "done" };
  if (node.role === "destination") return { ...common, state: load && load.rows > 0 ? "running" : "waiting" };
  return { ...common, state: "running" };
}
