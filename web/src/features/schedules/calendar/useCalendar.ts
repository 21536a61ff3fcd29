import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { useNow } from "@/lib/useNow";
import type { Fire, Run, Schedule } from "../requests";
import { addDays, dayOf, startOf } from "./days";
import { firesQuery } from "./fires";

export interface Coming {
  schedule: Schedule;
  fire: Fire;
}

/** What a pipeline did and will do on a day. */
export interface Entry {
  pipeline: string;
  runs: Run[];
  coming: Coming[];
}

const MOST_RUNS = 3000;

/** Runs of the days up to now, and times at which schedules fire from now on, by day and pipeline. */
export function useCalendar(workspace: string, days: string[], schedules: Schedule[], pipeline: string | undefined) {
  const now = useNow(30_000);
  const first = startOf(days[0] ?? dayOf(now));
  const end = startOf(addDays(days.at(-1) ?? dayOf(now), 1));
  const past = useQuery({
    queryKey: ["runs", workspace, "calendar", first.toISOString(), end.toISOString(), pipeline],
    queryFn: async () => {
      const runs: Run[] = [];
      let after: string | undefined;
      do {
        const query = { from: first.toISOString(), until: end.toISOString(), pipeline, limit: 1000, after };
        const page = await body(client.GET("/api/v1/workspaces/{workspace}/runs", { params: { path: { workspace }, query } }));
        runs.push(...page.items);
        after = page.next ?? undefined;
      } while (after && runs.length < MOST_RUNS);
      return { runs, isCut: after !== undefined };
    },
    enabled: first.getTime() <= now,
  });
  // What does not fire before the end of these days need not be asked for.
  const firing = end.getTime() > now ? schedules.filter((schedule) => !schedule.paused && schedule.next_at && Date.parse(schedule.next_at) < end.getTime() && (!pipeline || schedule.pipeline_id === pipeline)) : [];
  // Schedules of the same rule fire together, and are asked for once.
  const rules = [...new Map(firing.map((schedule) => [JSON.stringify(schedule.spec), schedule.spec])).entries()];
  // From the full hour on, so that it is not asked anew every minute; what is past is left out below. The server gives what
  // comes after a moment, and midnight itself belongs to the day.
  const from = new Date(Math.max(Math.floor(now / 3_600_000) * 3_600_000, first.getTime()) - 1).toISOString();
  const coming = useQueries({
    queries: rules.map(([, spec]) => ({ ...firesQuery(workspace, spec, from, end.toISOString()), placeholderData: keepPreviousData })),
    combine: (results) => ({
      byRule: new Map(rules.map(([rule], at) => [rule, results[at]?.isPending === false ? (results[at].data?.byDay ?? {}) : undefined])),
      isCut: results.some((result) => result.data?.isCut),
      error: results.find((result) => result.error)?.error ?? null,
      refetch: () => results.forEach((result) => void result.refetch()),
    }),
  });

  const byDay = new Map<string, Map<string, Entry>>(days.map((day) => [day, new Map()]));
  const entry = (day: string, of: string) => {
    const entries = byDay.get(day);
    if (!entries) return undefined;
    const known = entries.get(of) ?? { pipeline: of, runs: [], coming: [] };
    entries.set(of, known);
    return known;
  };
  for (const run of past.data?.runs ?? []) entry(dayOf(run.started_at ?? run.created_at), run.pipeline_id)?.runs.push(run);
  let known = 0;
  for (const schedule of firing) {
    const fires = coming.byRule.get(JSON.stringify(schedule.spec));
    if (!fires) continue;
    known += 1;
    for (const day of days) {
      const ahead = (fires[day] ?? []).filter((fire) => Date.parse(fire.at) > now);
      if (ahead.length > 0) entry(day, schedule.pipeline_id)?.coming.push(...ahead.map((fire) => ({ schedule, fire })));
    }
  }
  return {
    now,
    byDay,
    isPending: (past.isPending && first.getTime() <= now) || known < firing.length,
    /** Of how many schedules the times are known, of all that fire. */
    known,
    firing: firing.length,
    isCut: coming.isCut || (past.data?.isCut ?? false),
    error: past.error ?? coming.error,
    refetch: () => {
      void past.refetch();
      coming.refetch();
    },
  };
}
