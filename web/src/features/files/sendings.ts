import { useMemo, useSyncExternalStore } from "react";
import { queries } from "@/api/query";
import { randomWord } from "@/lib/random";
import { send } from "./api";
import { changed, isBusy, nextOf, type Sending } from "./queue";

/**
 * Files on their way to the server: two at a time, each to be stopped and tried again. They are above the pages, so that they
 * go on while somebody looks at another one; only the window must stay open.
 */
export class Sendings {
  private queue: Sending[] = [];
  private isGoingOn = false;
  private readonly stops = new Map<string, AbortController>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly sendFile: typeof send = send) {}

  get now(): Sending[] {
    return this.queue;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  add(workspace: string, files: Iterable<File>): void {
    this.put([...this.queue, ...[...files].map((file): Sending => ({ key: randomWord(), workspace, file, state: "waiting", bytes: 0 }))]);
  }

  stop(key: string): void {
    this.stops.get(key)?.abort();
    if (this.queue.find((one) => one.key === key)?.state === "waiting") this.change(key, { state: "stopped" });
  }

  again(key: string): void {
    this.change(key, { state: "waiting", bytes: 0, error: undefined });
  }

  forget(key: string): void {
    this.put(this.queue.filter((one) => one.key !== key));
  }

  /** Whoever signs out sends nothing any more, and leaves no list behind. */
  end(): void {
    this.stops.forEach((stop) => stop.abort());
    this.put([]);
  }

  private change(key: string, part: Partial<Sending>): void {
    this.put(changed(this.queue, key, part));
  }

  private put(next: Sending[]): void {
    const wasBusy = isBusy(this.queue);
    this.queue = next;
    if (isBusy(next) !== wasBusy) {
      if (wasBusy) window.removeEventListener("beforeunload", ask);
      else window.addEventListener("beforeunload", ask);
    }
    this.listeners.forEach((listener) => listener());
    this.goOn();
  }

  /** Begins what may begin, in its order: what begins changes the queue, which leads here again. */
  private goOn(): void {
    if (this.isGoingOn) return;
    this.isGoingOn = true;
    for (let next = nextOf(this.queue); next; next = nextOf(this.queue)) void this.begin(next);
    this.isGoingOn = false;
  }

  private async begin({ key, workspace, file }: Sending): Promise<void> {
    const stop = new AbortController();
    this.stops.set(key, stop);
    this.change(key, { state: "sending", bytes: 0, error: undefined });
    try {
      const upload = await this.sendFile(workspace, file, key, stop.signal, (bytes) => this.change(key, { bytes }));
      this.change(key, { state: "done", upload });
      void queries.invalidateQueries({ queryKey: ["uploads"] });
    } catch (error) {
      this.change(key, stop.signal.aborted ? { state: "stopped" } : { state: "failed", error });
    } finally {
      this.stops.delete(key);
    }
  }
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

export const sendings = new Sendings();

/** The files of a workspace that are on their way, or have just come. */
export function useSendings(workspace: string | undefined): Sending[] {
  const all = useSyncExternalStore(sendings.subscribe, () => sendings.now);
  return useMemo(() => all.filter((one) => one.workspace === workspace), [all, workspace]);
}
