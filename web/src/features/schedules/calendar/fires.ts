import { queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { few, type Fire, type Schedule, sent, type Spec, specOf } from "../requests";
import { dayOf } from "./days";

/** So many times are asked for first, which is enough for most rules; then so many at once, and so often at most: a rule may fire every minute. */
const FIRST = 50;
const PAGE = 500;
const MOST_PAGES = 6;

/** The times of a rule by day, as far as there is room for them. */
interface Fires {
  byDay: Record<string, Fire[]>;
  isCut: boolean;
}

/** When a rule fires after one moment and before another. The times stay as long as the rule does: events do not touch them. */
export const firesQuery = (workspace: string, spec: Schedule["spec"], from: string, until: string) =>
  queryOptions({
    queryKey: ["fires", workspace, spec, from, until],
    queryFn: ({ signal }) => few(() => firesBetween(workspace, specOf({ spec }), from, until, signal), signal),
    staleTime: 300_000,
  });

async function firesBetween(workspace: string, spec: Spec, from: string, until: string, signal: AbortSignal): Promise<Fires> {
  const byDay: Record<string, Fire[]> = {};
  let after = from;
  for (let page = 0; page < MOST_PAGES; page++) {
    const count = page === 0 ? FIRST : PAGE;
    const { fires } = await body(client.POST("/api/v1/workspaces/{workspace}/schedule-forecast", { params: { path: { workspace } }, body: { spec: sent(spec), after, count }, signal }));
    const within = fires.filter((fire) => Date.parse(fire.at) < Date.parse(until));
    for (const fire of within) (byDay[dayOf(fire.at)] ??= []).push(fire);
    if (within.length < fires.length || fires.length < count) return { byDay, isCut: false };
    after = fires.at(-1)?.at ?? after;
  }
  return { byDay, isCut: true };
}
