// Points in time as fields of the browser hold them: days and clocks without an offset, in the zone in which pages show times.

const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");

/** `2026-03-01T09:00:00Z` → `2026-03-01T10:00` in Brussels; nothing when it is no point in time. */
export function toField(at: unknown): string | undefined {
  // Without an offset it would be another point in time for everybody.
  if (typeof at !== "string" || !/T.*(Z|[+-]\d\d:?\d\d)$/i.test(at.trim())) return undefined;
  const time = new Date(at.trim());
  const year = time.getFullYear();
  if (!(year >= 1 && year <= 9999)) return undefined;
  const seconds = time.getSeconds();
  return `${pad(year, 4)}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}T${pad(time.getHours())}:${pad(time.getMinutes())}${seconds === 0 ? "" : `:${pad(seconds)}`}`;
}

/** The same point in time for everybody: `2026-03-01T09:00:00Z`. */
export function fromField(text: string): string | undefined {
  const time = new Date(text);
  return text === "" || Number.isNaN(time.getTime()) ? undefined : time.toISOString().replace(".000Z", "Z");
}

/** The zone in which pages show times. */
export const shownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
