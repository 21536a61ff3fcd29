import { useCallback, useEffect, useRef, useState } from "react";
import { queries } from "@/api/query";
import { send } from "./api";
import { changed, nextOf, type Sending } from "./queue";

/** Files on their way to the server: two at a time, each to be stopped and tried again. */
export function useSending(slug: string) {
  const [queue, setQueue] = useState<Sending[]>([]);
  const stops = useRef(new Map<string, AbortController>());
  const change = useCallback((key: string, part: Partial<Sending>) => setQueue((all) => changed(all, key, part)), []);

  const next = nextOf(queue);
  useEffect(() => {
    if (!next) return;
    const stop = new AbortController();
    const { key, file } = next;
    stops.current.set(key, stop);
    const begin = async () => {
      change(key, { state: "sending", bytes: 0, error: undefined });
      try {
        const upload = await send(slug, file, key, stop.signal, (bytes) => change(key, { bytes }));
        change(key, { state: "done", upload });
        void queries.invalidateQueries({ queryKey: ["uploads"] });
      } catch (error) {
        change(key, stop.signal.aborted ? { state: "stopped" } : { state: "failed", error });
      }
    };
    void begin();
  }, [next, slug, change]);

  const isBusy = queue.some((one) => one.state === "sending" || one.state === "waiting");
  useEffect(() => {
    if (!isBusy) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isBusy]);
  useEffect(() => {
    const all = stops.current;
    return () => all.forEach((stop) => stop.abort());
  }, []);

  return {
    queue,
    add: useCallback((files: Iterable<File>) => setQueue((all) => [...all, ...[...files].map((file): Sending => ({ key: crypto.randomUUID(), file, state: "waiting", bytes: 0 }))]), []),
    stop: useCallback((key: string) => {
      stops.current.get(key)?.abort();
      setQueue((all) => all.map((one) => (one.key === key && one.state === "waiting" ? { ...one, state: "stopped" } : one)));
    }, []),
    again: useCallback((key: string) => change(key, { state: "waiting", bytes: 0, error: undefined }), [change]),
    forget: useCallback((key: string) => setQueue((all) => all.filter((one) => one.key !== key)), []),
  };
}
