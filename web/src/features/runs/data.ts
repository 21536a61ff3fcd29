import { formatDay, formatTime } from "@/lib/format";

interface Answered {
  interval_start?: string | null;
  interval_end?: string | null;
  zone: string;
}

/** The calendar day of a moment in a zone, as `2026-11-28`. */
export function dayIn(at: string | Date, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(new Date(at));
}

function isMidnight(at: string, zone: string): boolean {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, timeStyle: "medium" }).format(new Date(at)) === "00:00:00";
}

/** The days that a run answers for, when they are whole days: the first, and the one after the last. */
export function daysOf(run: Answered): { from: string; to: string } | null {
  const { interval_start: start, interval_end: end, zone } = run;
  if (!start || !end || !isMidnight(start, zone) || !isMidnight(end, zone)) return null;
  return { from: dayIn(start, zone), to: dayIn(end, zone) };
}

/** For which data a run answers, in words. */
export function dataOf(run: Answered): string {
  const { interval_start: start, interval_end: end, zone } = run;
  if (!start || !end) return "–";
  if (!daysOf(run)) return `${formatTime(start, zone)} – ${formatTime(end, zone)}`;
  const last = new Date(new Date(end).getTime() - 1000);
  return dayIn(start, zone) === dayIn(last, zone) ? formatDay(start, zone) : `${formatDay(start, zone)} – ${formatDay(last, zone)}`;
}

/** Seconds that a run has taken, or takes so far. */
export function secondsOf(run: { started_at?: string | null; ended_at?: string | null; seconds?: number | null }, now: number): number | null {
  if (!run.started_at) return null;
  if (run.ended_at) return run.seconds ?? (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000;
  return Math.max(0, (now - Date.parse(run.started_at)) / 1000);
}
