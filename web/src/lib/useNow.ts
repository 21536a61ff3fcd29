import { useEffect, useState } from "react";

/** The present time, again and again while it is wanted. */
export function useNow(milliseconds: number, isWanted = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isWanted) return undefined;
    const timer = setInterval(() => setNow(Date.now()), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds, isWanted]);
  return now;
}
