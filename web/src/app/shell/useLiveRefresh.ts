import { useCallback } from "react";
import { queries } from "@/api/query";
import type { LiveEvent } from "@/api/live";
import { useLive } from "@/lib/useLive";

/** Lists and things that an event makes stale, by the first word of its kind. Keys begin with the noun. */
const STALE: Record<string, string[]> = {
  run: ["runs"],
  pipeline: ["pipelines"],
  connection: ["connections"],
  query: ["queries"],
  schedule: ["schedules"],
  backfill: ["backfills"],
  upload: ["uploads"],
  member: ["members", "session"],
  notice: ["notices"],
  workspace: ["workspaces", "session"],
};

/** Keeps what is on the page true while others work. Pages that follow a run closely listen by themselves. */
export function useLiveRefresh(workspace: string | undefined): void {
  const event = useCallback((told: LiveEvent) => {
    // Progress and lines come often; only the page of the run wants them.
    if (told.kind === "run.progress" || told.kind === "run.log") return;
    const noun = told.kind.split(".")[0] ?? "";
    for (const key of STALE[noun] ?? []) void queries.invalidateQueries({ queryKey: [key] });
    if (noun === "run" && told.kind === "run.ended") void queries.invalidateQueries({ queryKey: ["pipelines"] });
  }, []);
  const missed = useCallback(() => void queries.invalidateQueries(), []);
  useLive(workspace ? { workspace } : undefined, event, missed);
}
