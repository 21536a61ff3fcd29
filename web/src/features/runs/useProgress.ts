import { useState } from "react";
import type { LiveEvent } from "@/api/live";
import { useLive } from "@/lib/useLive";

export interface LoadProgress {
  rows: number;
  bytes: number;
  perSecond: number;
  /** How much of the source is read, when that is known. */
  fraction: number | null;
}

/** How far a node has come. */
export interface NodeProgress {
  read: number;
  written: number;
  quarantined: number;
  /** Rows and rates by output, where there are several. */
  ports: Record<string, { rows: number; perSecond: number }>;
  /** From the first request for rows to the latest row; none before. */
  seconds: number | null;
  /** When it began, in seconds of the attempt, as far as that can be told. */
  began: number | null;
  perSecond: number;
}

/** What a run tells while it runs. */
export interface Progress {
  loads: Map<string, LoadProgress>;
  nodes: Map<string, NodeProgress>;
  committed: Set<string>;
  seconds: number;
  /** Rows of all nodes and outputs by second, for the rates. */
  samples: { seconds: number; rows: Map<string, number> }[];
}

/** Rates are over so many seconds: short enough to see a change, long enough to be calm. */
const WINDOW = 4;

/** What an event tells. */
export interface Told {
  loads?: { node: string; rows: number; bytes: number; fraction: number | null }[];
  nodes?: { node: string; read: number; written: number; quarantined: number; ports?: Record<string, number>; seconds?: number | null }[];
  seconds?: number;
}

/** The progress after an event about it. */
export function advance(before: Progress | null, told: Told): Progress {
  const seconds = told.seconds ?? before?.seconds ?? 0;
  const loads = told.loads ?? [];
  const nodes = told.nodes ?? [];
  const ports = nodes.flatMap(({ node, ports }) => Object.entries(ports ?? {}).map(([port, rows]): [string, number] => [`${node}.${port}`, rows]));
  const rows = new Map([...nodes.map((node): [string, number] => [node.node, node.written]), ...ports, ...loads.map((load): [string, number] => [load.node, load.rows])]);
  // An attempt begins to count anew.
  const fresh = !before || seconds < before.seconds;
  const samples = [...(fresh ? [] : before.samples.filter((sample) => seconds - sample.seconds <= WINDOW)), { seconds, rows }];
  const first = samples[0];
  const since = first ? seconds - first.seconds : 0;
  // A node that is at work has just given a row, so that it began as long ago as its time says. Of one that rests, an earlier
  // word of it knew better.
  const began = (node: { node: string; seconds?: number | null }): number | null => {
    const known = fresh ? null : (before.nodes.get(node.node)?.began ?? null);
    const now = node.seconds != null ? Math.max(0, seconds - node.seconds) : (rows.get(node.node) ?? 0) > 0 ? (known ?? seconds) : null;
    return now !== null && known !== null ? Math.min(now, known) : now;
  };
  const perSecond = (node: string) => (since > 0 ? Math.max(0, ((rows.get(node) ?? 0) - (first?.rows.get(node) ?? 0)) / since) : 0);
  return {
    loads: new Map(loads.map((load) => [load.node, { rows: load.rows, bytes: load.bytes, fraction: load.fraction, perSecond: perSecond(load.node) }])),
    nodes: new Map(nodes.map((node) => [node.node, { read: node.read, written: node.written, quarantined: node.quarantined, ports: Object.fromEntries(Object.entries(node.ports ?? {}).map(([port, rows]) => [port, { rows, perSecond: perSecond(`${node.node}.${port}`) }])), seconds: node.seconds ?? null, began: began(node), perSecond: perSecond(node.node) }])),
    committed: fresh ? new Set() : before.committed,
    seconds,
    samples,
  };
}

interface LogBody {
  lines?: { node: string | null; detail: { event?: string } | null }[];
}

function commit(before: Progress | null, body: LogBody): Progress | null {
  const nodes = (body.lines ?? []).flatMap((line) => (line.detail?.event === "load_committed" && line.node ? [line.node] : []));
  if (nodes.length === 0) return before;
  const known = before ?? { loads: new Map(), nodes: new Map(), committed: new Set<string>(), seconds: 0, samples: [] };
  return { ...known, committed: new Set([...known.committed, ...nodes]) };
}

/** Follows a run while it runs. */
export function useProgress(workspace: string, run: string, isLive: boolean): Progress | null {
  const [progress, setProgress] = useState<Progress | null>(null);
  const hear = (event: LiveEvent) => {
    if (event.kind === "run.progress") setProgress((before) => advance(before, event.body as Told));
    if (event.kind === "run.log") setProgress((before) => commit(before, event.body as LogBody));
    if (event.kind === "run.started") setProgress(null);
  };
  useLive(isLive ? { workspace, run } : undefined, hear, () => undefined);
  return progress;
}
