import type { Entry } from "./useCalendar";

// From what somebody must look at to what went well.
const ORDER = ["failed", "failing", "running", "queued", "quarantined", "cancelled", "done"];

/** The state that speaks for a day: the worst of its runs, or `coming` when there are none yet. */
export function worstOf(entry: Entry): string {
  const states = entry.runs.map((run) => run.state.toLowerCase());
  return ORDER.find((state) => states.includes(state)) ?? "coming";
}

export function byWorst(a: Entry, b: Entry): number {
  const rank = (entry: Entry) => {
    const index = ORDER.indexOf(worstOf(entry));
    return index < 0 ? ORDER.length : index;
  };
  return rank(a) - rank(b);
}
