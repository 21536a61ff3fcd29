import Tooltip from "@mui/material/Tooltip";
import { useEffect, useState } from "react";
import { formatAgo, formatTime } from "@/lib/format";

/** "3 minutes ago"; the exact time on demand. Counts on by itself. */
export function TimeText({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  const isSeconds = Math.abs(Date.parse(at) - now) < 61_000;
  useEffect(() => {
    const tick = () => setNow(Date.now());
    // Two times of one moment say the same also while seconds are counted.
    const timer = setInterval(tick, isSeconds ? 1_000 : 20_000);
    // A time that has just come is later than the last tick.
    tick();
    return () => clearInterval(timer);
  }, [at, isSeconds]);
  return (
    <Tooltip title={formatTime(at)}>
      <time dateTime={at}>{formatAgo(at, now)}</time>
    </Tooltip>
  );
}
