import type { Api } from "@/api/client";
import { isOver } from "@/components/RunState";

type Run = Api<"Run">;
type Pipeline = Api<"Pipeline">;
type Schedule = Api<"Schedule">;
type Fresh = Api<"Freshness">;

/** How a pipeline stands: its runs that are known, the newest first. */
export interface Standing {
  pipeline: Pipeline;
  runs: Run[];
  /** The newest run that is over. */
  last: Run | undefined;
}

export interface Summary {
  failed: Standing[];
  quarantined: Standing[];
  running: Run[];
  late: Schedule[];
  next: Schedule[];
  standings: Standing[];
}

/** A fire is decided within seconds; later than that, something is in the way. */
const LATE = 5 * 60_000;

const stateOf = (run: Run): string => run.state.toLowerCase();

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
  return {
    failed: standings.filter(({ last }) => last && stateOf(last) === "failed"),
    quarantined: standings.filter(({ last }) => last && stateOf(last) === "quarantined"),
    running: runs.filter((run) => !isOver(stateOf(run)) && known.has(run.pipeline_id)),
    late: active.filter((schedule) => now - time(schedule) > LATE),
    next: active.filter((schedule) => now - time(schedule) <= LATE).sort((a, b) => time(a) - time(b)),
    standings: [...standings].sort((a, b) => newest(b).localeCompare(newest(a)) || a.pipeline.name.localeCompare(b.pipeline.name)),
  };
}

/** Tables that should have been loaded again, without those whose pipeline is named already: it failed, or its time has passed. */
export function lateTargets({ failed, late }: Pick<Summary, "failed" | "late">, fresh: Fresh[]): Fresh[] {
  const named = new Set([...failed.map(({ pipeline }) => pipeline.id as string), ...late.map((schedule) => schedule.pipeline_id as string)]);
  return fresh.filter((one) => one.late && !named.has(one.pipeline_id));
}
