import { isOver } from "@/components/RunState";
import { detailOf, type Task } from "../requests";
import type { Progress } from "../useProgress";
import type { GraphNode } from "./document";

export type NodeState = "waiting" | "running" | "done" | "quarantined" | "failed" | "unreached";

export interface Standing {
  state: NodeState;
  task?: Task;
  /** Rows so far, while the run goes on. */
  rows?: number;
  perSecond?: number;
  /** Rows, and rates while the run goes on, by output, where there are several. */
  ports?: Record<string, { rows: number; perSecond?: number }>;
  /** From the first request for rows to the latest row. */
  seconds?: number;
  quarantined: number;
}

/** Checks of a destination are reported as a node of their own: `load:expect`. */
export function nodeOf(task: string): string {
  return task.split(":")[0] ?? task;
}

/** How a node of a run stands, from all that is known of it. */
export function standingOf(node: GraphNode, runState: string, tasks: Task[], progress: Progress | null, failedNodes: Set<string>): Standing {
  if (!isOver(runState)) return soFar(node, runState, tasks, progress);
  const task = tasks.find((one) => one.node === node.name);
  const quarantined = tasks.filter((one) => nodeOf(one.node) === node.name).reduce((sum, one) => sum + one.rows_quarantined, 0);
  const ports = Object.fromEntries(Object.entries((task && detailOf(task).ports) ?? {}).map(([port, rows]) => [port, { rows }]));
  const common = { task, quarantined, ports };
  // Whom somebody stopped did not fail.
  if (runState !== "cancelled" && (failedNodes.has(node.name) || task?.state === "failed")) return { ...common, state: "failed" };
  // Of a run that was stopped or failed, only of what is in place is it known that it came to its end.
  const isUnfinished = runState === "failed" || runState === "cancelled" ? task?.state !== "done" : !task;
  if (isUnfinished) return { ...common, state: "unreached" };
  return { ...common, state: quarantined > 0 ? "quarantined" : "done" };
}

/** How it stands while the run goes on: by events, and until the first one by what the server knew when it was asked. */
function soFar(node: GraphNode, runState: string, tasks: Task[], progress: Progress | null): Standing {
  if (runState === "queued") return { state: "waiting", quarantined: 0 };
  const task = tasks.find((one) => one.node === node.name && (one.state === "running" || one.state === "waiting"));
  const own = progress?.nodes.get(node.name);
  const load = progress?.loads.get(node.name);
  const checks = [...(progress?.nodes ?? [])].filter(([name]) => nodeOf(name) === node.name);
  const quarantined = checks.length > 0 ? checks.reduce((sum, [, one]) => sum + one.quarantined, 0) : (task?.rows_quarantined ?? 0);
  const rows = load?.rows ?? own?.written ?? task?.rows_written;
  const standing = { rows, quarantined, ports: own?.ports, perSecond: load?.perSecond ?? own?.perSecond, seconds: own?.seconds ?? undefined };
  if (progress?.committed.has(node.name)) return { ...standing, state: "done" };
  if (node.role === "destination") return { ...standing, state: rows ? "running" : "waiting" };
  const hasBegun = own ? own.seconds !== null || own.written > 0 : task?.state !== "waiting";
  return { ...standing, state: hasBegun ? "running" : "waiting" };
}
