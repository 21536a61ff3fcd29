import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { useNow } from "@/lib/useNow";
import { type Fire, type Run, type Schedule, sent, specOf } from "../requests";
import { addDays, dayOf, startOf } from "./days";

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
const PAGE = 500;
const MOST_PAGES = 5;

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
  const firing = end.getTime() > now ? schedules.filter((schedule) => !schedule.paused && (!pipeline || schedule.pipeline_id === pipeline)) : [];
  // From the full hour on, so that it is not asked anew every minute; what is past is left out below. The server gives what
  // comes after a moment, and midnight itself belongs to the day.
  const from = new Date(Math.max(Math.floor(now / 3_600_000) * 3_600_000, first.getTime()) - 1).toISOString();
  const coming = useQueries({
    queries: firing.map((schedule) => ({
      queryKey: ["schedules", workspace, "calendar", schedule.id, schedule.revision, from, end.toISOString()],
      queryFn: () => fires(workspace, schedule, from, end),
      staleTime: 300_000,
      placeholderData: keepPreviousData,
    })),
    combine: (results) => ({
      all: results.flatMap((result) => result.data?.coming ?? []),
      isCut: results.some((result) => result.data?.isCut),
      isPending: results.some((result) => result.isPending),
      error: results.find((result) => result.error)?.error ?? null,
      refetch: () => results.forEach((result) => void result.refetch()),
    }),
  });

  const byDay = new Map<string, Map<string, Entry>>(days.map((day) => [day, new Map()]));
  const entry = (at: string, of: string) => {
    const entries = byDay.get(dayOf(at));
    if (!entries) return undefined;
    const known = entries.get(of) ?? { pipeline: of, runs: [], coming: [] };
    entries.set(of, known);
    return known;
  };
  for (const run of past.data?.runs ?? []) entry(run.started_at ?? run.created_at, run.pipeline_id)?.runs.push(run);
  for (const one of coming.all) if (Date.parse(one.fire.at) > now) entry(one.fire.at, one.schedule.pipeline_id)?.coming.push(one);
  return {
    now,
    byDay,
    isPending: (past.isPending && first.getTime() <= now) || coming.isPending,
    isCut: coming.isCut || (past.data?.isCut ?? false),
    error: past.error ?? coming.error,
    refetch: () => {
      void past.refetch();
      coming.refetch();
    },
  };
}

async function fires(workspace: string, schedule: Schedule, from: string, end: Date): Promise<{ coming: Coming[]; isCut: boolean }> {
  const coming: Coming[] = [];
  let after = from;
  for (let page = 0; page < MOST_PAGES; page++) {
    const forecast = await body(client.POST("/api/v1/workspaces/{workspace}/schedule-forecast", { params: { path: { workspace } }, body: { spec: sent(specOf(schedule)), after, count: PAGE } }));
    const within = forecast.fires.filter((fire) => Date.parse(fire.at) < end.getTime());
    coming.push(...within.map((fire) => ({ schedule, fire })));
    if (within.length < forecast.fires.length || forecast.fires.length < PAGE) return { coming, isCut: false };
    after = forecast.fires.at(-1)?.at ?? after;
  }
  return { coming, isCut: true };
}
