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

/** What a run tells while it runs. */
export interface Progress {
  loads: Map<string, LoadProgress>;
  committed: Set<string>;
  seconds: number;
  /** Rows of all loads by second, for the rates. */
  samples: { seconds: number; rows: Map<string, number> }[];
}

/** Rates are over so many seconds: short enough to see a change, long enough to be calm. */
const WINDOW = 4;

interface Told {
  loads?: { node: string; rows: number; bytes: number; fraction: number | null }[];
  seconds?: number;
}

/** The progress after an event about it. */
export function advance(before: Progress | null, told: Told): Progress {
  const seconds = told.seconds ?? before?.seconds ?? 0;
  const rows = new Map((told.loads ?? []).map((load) => [load.node, load.rows]));
  // An attempt begins to count anew.
  const fresh = !before || seconds < before.seconds;
  const samples = [...(fresh ? [] : before.samples.filter((sample) => seconds - sample.seconds <= WINDOW)), { seconds, rows }];
  const first = samples[0];
  const loads = new Map(
    (told.loads ?? []).map((load) => {
      const since = first ? seconds - first.seconds : 0;
      const more = load.rows - (first?.rows.get(load.node) ?? 0);
      return [load.node, { rows: load.rows, bytes: load.bytes, fraction: load.fraction, perSecond: since > 0 ? Math.max(0, more / since) : 0 }];
    }),
  );
  return { loads, committed: fresh ? new Set() : before.committed, seconds, samples };
}

interface LogBody {
  lines?: { node: string | null; detail: { event?: string } | null }[];
}

function commit(before: Progress | null, body: LogBody): Progress | null {
  const nodes = (body.lines ?? []).flatMap((line) => (line.detail?.event === "load_committed" && line.node ? [line.node] : []));
  if (nodes.length === 0) return before;
  const known = before ?? { loads: new Map(), committed: new Set<string>(), seconds: 0, samples: [] };
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
