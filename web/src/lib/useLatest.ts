import { type RefObject, useLayoutEffect, useMemo, useRef } from "react";

/** What a component was given last, for callbacks that stay the same. Not to be read while drawing. */
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}

type Deeds = Record<string, (...given: never[]) => unknown>;

/** Functions that stay the same and do what the last ones did: what they are given to need not be drawn anew. */
export function useStable<T extends Deeds>(deeds: T): T {
  const latest = useLatest(deeds);
  const names = Object.keys(deeds).join(" ");
  return useMemo(() => Object.fromEntries(names.split(" ").map((name) => [name, (...given: never[]) => latest.current[name]?.(...given)])) as T, [latest, names]);
}
