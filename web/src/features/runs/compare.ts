import { detailOf, type Run, type Task } from "./requests";

export interface Compared {
  key: string;
  /** The destination it is about; none for the whole run. */
  node?: string;
  now: number | null;
  then: number | null;
  isTime: boolean;
  /** The difference as a share of what was. */
  share: number | null;
  /** So different that somebody should look. */
  isStriking: boolean;
}

const STRIKING = 0.5;
/** Times below that differ by chance. */
const SHORT = 5;
/** Of these, less is no reason to look. */
const BETTER_LESS = ["quarantined", "duration"];

function compared(key: string, now: number | null, then: number | null, isTime = false, node?: string): Compared {
  const share = now === null || then === null || then === 0 ? (now === 0 && then === 0 ? 0 : null) : (now - then) / then;
  const isLong = !isTime || Math.max(now ?? 0, then ?? 0) >= SHORT;
  return { key, node, now, then, isTime, share, isStriking: isLong && share !== null && Math.abs(share) >= STRIKING && (share > 0 || !BETTER_LESS.includes(key)) };
}

/** Times of nodes below that are not worth a line. */
const BRIEF = 1;

/** The numbers of two runs side by side: those of the runs, rows of destinations where there are several, and times of nodes. */
export function compare(run: Run, previous: Run, tasks: Task[], before: Task[]): Compared[] {
  const rows = [
    compared("read", run.rows_read, previous.rows_read),
    compared("written", run.rows_written, previous.rows_written),
    compared("quarantined", run.rows_quarantined, previous.rows_quarantined),
    compared("duration", run.seconds ?? null, previous.seconds ?? null, true),
  ];
  const earlier = (task: Task) => before.find((one) => one.node === task.node);
  const destinations = tasks.filter((task) => task.role === "destination");
  const written = destinations.length < 2 ? [] : destinations.map((task) => compared("node", task.rows_written, earlier(task)?.rows_written ?? null, false, task.node));
  const times = tasks.map((task) => compared("node_time", detailOf(task).seconds ?? null, detailOf(earlier(task) ?? {}).seconds ?? null, true, task.node));
  return [...rows, ...written, ...times.filter((row) => Math.max(row.now ?? 0, row.then ?? 0) >= BRIEF)];
}

/** A column of a source that is not as it was. */
export interface ColumnChange {
  node: string;
  column: string;
  /** Its type then; none where it is new. */
  then?: string;
  /** Its type now; none where it is gone. */
  now?: string;
}

/** What changed in the columns that the sources give. */
export function columnChanges(tasks: Task[], before: Task[]): ColumnChange[] {
  return tasks.flatMap((task) => {
    const now = new Map(detailOf(task).columns ?? []);
    const then = new Map(detailOf(before.find((one) => one.node === task.node) ?? {}).columns ?? []);
    if (now.size === 0 || then.size === 0) return [];
    return [...new Set([...now.keys(), ...then.keys()])]
      .filter((column) => now.get(column) !== then.get(column))
      .map((column) => ({ node: task.node, column, then: then.get(column), now: now.get(column) }));
  });
}
