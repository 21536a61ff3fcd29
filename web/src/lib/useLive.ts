import { useEffect, useRef, useState } from "react";
import { live, type LiveEvent, type LiveState, type Topic } from "@/api/live";

/** Hears events of a topic while the component is there; `missed` says that some may be missing. */
export function useLive(topic: Topic | undefined, event: (event: LiveEvent) => void, missed: () => void): void {
  const latest = useRef({ event, missed });
  useEffect(() => {
    latest.current = { event, missed };
  });
  const key = topic && JSON.stringify(topic);
  useEffect(() => {
    if (!key) return undefined;
    return live.listen(JSON.parse(key) as Topic, {
      event: (told) => latest.current.event(told),
      missed: () => latest.current.missed(),
    });
  }, [key]);
}

/** Whether live events arrive. */
export function useLiveState(): LiveState {
  const [state, setState] = useState(live.state);
  useEffect(() => live.watch(setState), []);
  return state;
}
