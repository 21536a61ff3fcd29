import { formatDay, formatTime } from "@/lib/format";

/** A piece in words: a day, days, or times. */
export function spanText(piece: { interval_start: string; interval_end: string }, zone: string): string {
  const midnight = (at: string) => new Intl.DateTimeFormat("sv-SE", { timeStyle: "medium", timeZone: zone }).format(new Date(at)) === "00:00:00";
  if (!midnight(piece.interval_start) || !midnight(piece.interval_end)) return `${formatTime(piece.interval_start, zone)} – ${formatTime(piece.interval_end, zone)}`;
  const first = formatDay(piece.interval_start, zone);
  const last = formatDay(new Date(Date.parse(piece.interval_end) - 1000), zone);
  return first === last ? first : `${first} – ${last}`;
}
