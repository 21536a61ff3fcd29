import type { Run, Task } from "./requests";

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

/** The numbers of two runs side by side; nodes only where they differ or write. */
export function compare(run: Run, previous: Run, tasks: Task[], before: Task[]): Compared[] {
  const rows = [
    compared("read", run.rows_read, previous.rows_read),
    compared("written", run.rows_written, previous.rows_written),
    compared("quarantined", run.rows_quarantined, previous.rows_quarantined),
    compared("duration", run.seconds ?? null, previous.seconds ?? null, true),
  ];
  const destinations = tasks.filter((task) => task.role === "destination");
  if (destinations.length < 2) return rows;
  return [
    ...rows,
    ...destinations.map((task) => compared(`node-${task.node}`, task.rows_written, before.find((one) => one.node === task.node)?.rows_written ?? null, false, task.node)),
  ];
}
