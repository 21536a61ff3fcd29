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

/** Asks again for what is shown and begins with those words, and for the rest when it is shown again. */
export function refresh(queryKey: string[]): void {
  // A first answer that is under way is not given up for another one, and may be of before the event.
  const begun = queries.getQueryCache().findAll({ queryKey, fetchStatus: "fetching" }).filter((query) => query.state.data === undefined);
  for (const { promise, queryKey: own } of begun) void promise?.then(() => queries.invalidateQueries({ queryKey: own, exact: true }), () => undefined);
  void queries.invalidateQueries({ queryKey });
}

/** Keeps what is on the page true while others work. Pages that follow a run closely listen by themselves. */
export function useLiveRefresh(workspace: string | undefined): void {
  const event = useCallback((told: LiveEvent) => {
    // Progress and lines come often; only the page of the run wants them.
    if (told.kind === "run.progress" || told.kind === "run.log") return;
    const noun = told.kind.split(".")[0] ?? "";
    for (const key of STALE[noun] ?? []) refresh([key]);
    if (noun === "run" && told.kind === "run.ended") refresh(["pipelines"]);
  }, []);
  const missed = useCallback(() => refresh([]), []);
  useLive(workspace ? { workspace } : undefined, event, missed);
}
