import type { Api } from "@/api/client";
import { isOver } from "@/components/RunState";

type Run = Api<"Run">;
type Pipeline = Api<"Pipeline">;
type Schedule = Api<"Schedule">;

/** How a pipeline stands: its runs that are known, the newest first. */
export interface Standing {
  pipeline: Pipeline;
  runs: Run[];
  /** The newest run that is over. */
  last: Run | undefined;
}

export interface Fresh {
  target: string;
  pipeline: Pipeline;
  run: string;
  at: string;
}

export interface Summary {
  failed: Standing[];
  quarantined: Standing[];
  running: Run[];
  late: Schedule[];
  next: Schedule[];
  standings: Standing[];
  fresh: Fresh[];
}

/** A fire is decided within seconds; later than that, something is in the way. */
const LATE = 5 * 60_000;

const stateOf = (run: Run): string => run.state.toLowerCase();
const wentWell = (run: Run): boolean => ["done", "quarantined"].includes(stateOf(run)) && !run.undone_at;

/** What somebody wants to know first, from what the server knows. Backfills and repairs answer for the past and stand aside. */
export function summarize(pipelines: Pipeline[], runs: Run[], schedules: Schedule[], now: number): Summary {
  const standings = pipelines.map((pipeline) => {
    const own = runs.filter((run) => run.pipeline_id === pipeline.id && !["backfill", "repair"].includes(run.cause.toLowerCase()));
    return { pipeline, runs: own, last: own.find((run) => isOver(stateOf(run)) && stateOf(run) !== "cancelled") };
  });
  const known = new Set(pipelines.map((pipeline) => pipeline.id));
  const active = schedules.filter((schedule) => !schedule.paused && schedule.next_at && known.has(schedule.pipeline_id));
  const time = (schedule: Schedule) => Date.parse(schedule.next_at ?? "");
  const newest = (standing: Standing) => standing.runs[0]?.created_at ?? "";
  const fresh = new Map<string, Fresh>();
  for (const { pipeline, runs: own } of standings) {
    for (const run of own.filter(wentWell)) {
      for (const target of run.targets) {
        const before = fresh.get(target);
        if (run.ended_at && (!before || before.at < run.ended_at)) fresh.set(target, { target, pipeline, run: run.id, at: run.ended_at });
      }
    }
  }
  return {
    failed: standings.filter(({ last }) => last && stateOf(last) === "failed"),
    quarantined: standings.filter(({ last }) => last && stateOf(last) === "quarantined"),
    running: runs.filter((run) => !isOver(stateOf(run)) && known.has(run.pipeline_id)),
    late: active.filter((schedule) => now - time(schedule) > LATE),
    next: active.filter((schedule) => now - time(schedule) <= LATE).sort((a, b) => time(a) - time(b)),
    standings: [...standings].sort((a, b) => newest(b).localeCompare(newest(a)) || a.pipeline.name.localeCompare(b.pipeline.name)),
    fresh: [...fresh.values()].sort((a, b) => a.at.localeCompare(b.at)),
  };
}
