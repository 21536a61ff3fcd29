import { isOver } from "@/components/RunState";
import type { Graph, GraphNode } from "./graph/document";
import { nodeOf, type NodeState, standingOf } from "./graph/standing";
import { type Attempt, detailOf, type Load, type Run, type Task } from "./requests";
import { advance, type Progress } from "./useProgress";

/** Something that took its time, in milliseconds since 1970; what has not begun has no times. */
export interface Span {
  start: number;
  end: number;
}

export interface NodeBar {
  node: string;
  state: NodeState;
  span: Span | null;
  rows?: number;
  /** When its rows became visible. */
  visible?: string;
}

/** What is known of nodes before the first event: what the server knew when it was asked, so many seconds into the attempt. */
export function progressOf(tasks: Task[], seconds: number): Progress {
  const nodes = tasks.map((task) => ({ node: task.node, read: task.rows_read, written: task.rows_written, quarantined: task.rows_quarantined, seconds: detailOf(task).seconds }));
  return advance(null, { nodes, seconds });
}

/** The nodes of an attempt: of one that goes on as far as they have come, of one that is over until when each gave rows. */
export function nodeBars(run: Run, attempt: Attempt, tasks: Task[], loads: Load[], edges: Graph["edges"], failed: Set<string>, progress: Progress | null, now: number): NodeBar[] {
  const state = run.state.toLowerCase();
  const start = Date.parse(attempt.started_at);
  const end = attempt.ended_at ? Date.parse(attempt.ended_at) : now;
  const within = (seconds: number) => Math.min(end, start + seconds * 1000);
  const bars = tasks.map((task): NodeBar => {
    const node = { name: task.node, role: task.role as GraphNode["role"], kind: task.kind, keepsUndo: false };
    const standing = standingOf(node, state, tasks, progress, failed);
    const own = task.rows_quarantined > 0 && standing.state === "done" ? "quarantined" : standing.state;
    const visible = loads.find((load) => load.node === task.node)?.committed_at;
    if (isOver(state)) {
      const { seconds, began_seconds: began = 0 } = detailOf(task);
      // What failed before it gave a row stands where the run ended.
      const span = seconds != null ? { start: within(began), end: within(began + seconds) } : own === "failed" ? { start: end, end } : null;
      return { node: task.node, state: own, span, visible };
    }
    const known = progress?.nodes.get(task.node);
    if (known?.began == null) return { node: task.node, state: own, span: null };
    // Destinations do not tell when their last row came.
    const until = known.seconds === null ? end : within(known.began + known.seconds);
    return { node: task.node, state: own, span: { start: within(known.began), end: until }, rows: standing.rows, visible };
  });
  return inOrder(bars.filter((bar) => bar.span !== null || !isOver(state)), edges);
}

/** What began first stands first, but nothing before what its rows come from: a load opens its table long before it is given a row. */
function inOrder(bars: NodeBar[], edges: Graph["edges"]): NodeBar[] {
  const begin = (bar: NodeBar) => bar.span?.start ?? Infinity;
  const left = [...bars].sort((a, b) => (begin(a) === begin(b) ? 0 : begin(a) - begin(b)));
  const missing = new Set(left.map((bar) => bar.node));
  const reads = new Map<string, string[]>();
  for (const { from, to } of edges) reads.set(to, [...(reads.get(to) ?? []), from]);
  const done: NodeBar[] = [];
  while (left.length > 0) {
    const next = left.findIndex((bar) => !reads.get(nodeOf(bar.node))?.some((name) => missing.has(name)));
    for (const bar of left.splice(Math.max(next, 0), 1)) {
      missing.delete(bar.node);
      done.push(bar);
    }
  }
  return done;
}
