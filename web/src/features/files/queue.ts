import type { Upload } from "./api";

/** A file on its way. */
export interface Sending {
  /** The same however often it is tried: the server takes one file for it. */
  key: string;
  /** Short name of the workspace that it goes to. */
  workspace: string;
  file: File;
  state: "waiting" | "sending" | "done" | "failed" | "stopped";
  bytes: number;
  error?: unknown;
  upload?: Upload;
}

/** How many files travel at the same time. */
const LANES = 2;

export function changed(queue: Sending[], key: string, part: Partial<Sending>): Sending[] {
  return queue.map((one) => (one.key === key ? { ...one, ...part } : one));
}

/** Whether something is still to come. */
export function isBusy(queue: Sending[]): boolean {
  return queue.some((one) => one.state === "sending" || one.state === "waiting");
}

/** What begins next. */
export function nextOf(queue: Sending[]): Sending | undefined {
  return queue.filter((one) => one.state === "sending").length < LANES ? queue.find((one) => one.state === "waiting") : undefined;
}

/** From 0 to 1; an empty file is there at once. */
export function shareOf(one: Sending): number {
  if (one.state === "done") return 1;
  return one.file.size === 0 ? 0 : Math.min(1, one.bytes / one.file.size);
}
