// Days of the calendar, in the zone of the reader. Pure.

export type Span = "week" | "month";

/** `2026-11-29` of a moment, where the reader is. */
export function dayOf(at: Date | string | number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Midnight at which a day begins. */
export function startOf(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date);
}

export function addDays(day: string, days: number): string {
  const date = startOf(day);
  date.setDate(date.getDate() + days);
  return dayOf(date);
}

/** The same day of another month, or its last one. */
export function addMonths(day: string, months: number): string {
  const date = startOf(day);
  const wanted = date.getDate();
  date.setDate(1);
  date.setMonth(date.getMonth() + months);
  const last = new Date(date.getFullYear(), date.getMonth() + 1, 0).getDate();
  date.setDate(Math.min(wanted, last));
  return dayOf(date);
}

/** The days that are shown: a week from Monday on, or all weeks of a month. */
export function daysOf(span: Span, day: string): string[] {
  const monday = (one: string) => addDays(one, -((startOf(one).getDay() + 6) % 7));
  if (span === "week") return Array.from({ length: 7 }, (_, index) => addDays(monday(day), index));
  const date = startOf(day);
  const first = monday(dayOf(new Date(date.getFullYear(), date.getMonth(), 1)));
  const last = dayOf(new Date(date.getFullYear(), date.getMonth() + 1, 0));
  const days: string[] = [];
  for (let one = first; one <= last || days.length % 7 !== 0; one = addDays(one, 1)) days.push(one);
  return days;
}

export function isDay(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && dayOf(startOf(text)) === text;
}
