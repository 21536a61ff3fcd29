import { useMutation } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Step, Tell, Tested } from "./api";

/** A test that is told step by step. Leaving the page ends it. */
export function useTest(run: (tell: Tell, signal: AbortSignal) => Promise<Tested>) {
  const [steps, setSteps] = useState<Step[]>([]);
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const test = useMutation({
    mutationFn: () => {
      stop.current?.abort();
      const mine = new AbortController();
      stop.current = mine;
      setSteps([]);
      return run((told) => {
        if (stop.current === mine) setSteps(told);
      }, mine.signal);
    },
  });
  const { reset: forget } = test;
  const reset = useCallback(() => {
    forget();
    setSteps([]);
  }, [forget]);
  return { steps, tested: test.data, error: test.error, isPending: test.isPending, start: test.mutate, reset };
}
