import { currentLocale } from "./i18n";

// Numbers and times as people write them in the language and where they are. Times are shown in the zone of the browser.

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();
function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(key: string, make: (language: string) => T): T {
  const language = currentLocale();
  const whole = `${language}:${key}`;
  let found = cache.get(whole);
  if (!found) {
    found = make(language);
    cache.set(whole, found);
  }
  return found as T;
}

/** 1,234,567 */
export function formatNumber(value: number): string {
  return cached("number", (language) => new Intl.NumberFormat(language)).format(value);
}

/** 1.2M: for places with little room. */
export function formatShort(value: number): string {
  return cached("short", (language) => new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 })).format(value);
}

/** 0.42 → 42 % */
export function formatPercent(share: number, digits = 0): string {
  return cached(`percent${digits}`, (language) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits })).format(share);
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
/** Bytes in steps of 1,000. */
export function formatBytes(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const unit = UNITS[step] ?? "byte";
  return cached(`bytes-${unit}`, (language) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: step === 0 ? "long" : "short", maximumFractionDigits: step === 0 ? 0 : 1 })).format(bytes / 1000 ** step);
}

/** A day and a time: 29 Nov 2026, 14:05:09. */
export function formatTime(at: string | Date, zone?: string): string {
  return cached(`time-${zone ?? ""}`, (language) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium", timeZone: zone })).format(new Date(at));
}

export function formatDay(at: string | Date, zone?: string): string {
  return cached(`day-${zone ?? ""}`, (language) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: zone })).format(new Date(at));
}

/** Only the time of day: 14:05:09. */
export function formatClock(at: string | Date, zone?: string): string {
  return cached(`clock-${zone ?? ""}`, (language) => new Intl.DateTimeFormat(language, { timeStyle: "medium", timeZone: zone })).format(new Date(at));
}

/** Hours and minutes, without the seconds that schedules rarely have: 06:30. */
export function formatHour(at: string | Date, zone?: string): string {
  return cached(`hour-${zone ?? ""}`, (language) => new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone: zone })).format(new Date(at));
}

/** A day of this week or the next ones, and a time: Tue 1 Dec, 06:30. */
export function formatNear(at: string | Date, zone?: string): string {
  const day = cached(`near-${zone ?? ""}`, (language) => new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short", timeZone: zone })).format(new Date(at));
  return `${day}, ${formatHour(at, zone)}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 7],
  ["week", 4.35],
  ["month", 12],
  ["year", Infinity],
];
/** "3 minutes ago", "in 2 days". */
export function formatAgo(at: string | Date, now: number = Date.now()): string {
  let distance = (new Date(at).getTime() - now) / 1000;
  const format = cached("ago", (language) => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));
  for (const [unit, next] of STEPS) {
    if (Math.abs(Math.round(distance)) < next) return format.format(Math.round(distance), unit);
    distance /= next;
  }
  return formatTime(at);
}

// The signs of units of time are the same in every language, and stand behind a blank where no line breaks. What browsers say for
// short is not: some of them write "0.2 secs".
const amount = (value: number, sign: "ms" | "s" | "min" | "h", digits = 0): string =>
  `${cached(`amount-${digits}`, (language) => new Intl.NumberFormat(language, { maximumFractionDigits: digits })).format(value)}\u00a0${sign}`;

/** Seconds as people read them: 34 ms, 0.4 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 0.1) return amount(Math.max(1, Math.round(seconds * 1000)), "ms");
  if (seconds < 9.95) return amount(seconds, "s", 1);
  const whole = Math.round(seconds);
  if (whole < 60) return amount(whole, "s");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${amount(minutes, "min")} ${amount(whole % 60, "s")}` : amount(minutes, "min");
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${amount(hours, "h")} ${amount(minutes % 60, "min")}` : amount(hours, "h");
}

/** The same for what is over in an instant: below a second in milliseconds. */
export function formatElapsed(seconds: number): string {
  if (seconds >= 1) return formatDuration(seconds);
  return amount(Math.round(seconds * 1000), "ms");
}
