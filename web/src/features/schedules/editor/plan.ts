// The plain-language part of a rule: what people choose in the editor, and how documents write it. Pure.

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export const KINDS = ["times", "every", "cron", "once", "after", "files"] as const;
export type Kind = (typeof KINDS)[number];
export type Unit = "m" | "h" | "d" | "w";

export interface Plan {
  kind: Kind;
  /** At times: on every day, on days of the week, or on days of the month. */
  on: "day" | "week" | "month";
  times: string[];
  weekdays: Weekday[];
  /** 1 to 31; 0 is the last day. */
  monthDays: number[];
  /** NaN while no number is typed. */
  every: { count: number; unit: Unit };
  /** A distance of several units, such as `1h30m`, is kept as it was written. */
  distance?: string;
  cron: string;
  at: string;
  after: string[];
  files: { connection?: string; path: string; look?: string };
}

type Spec = Record<string, unknown>;

export const NEW: Plan = { kind: "times", on: "day", times: ["07:00"], weekdays: ["mon"], monthDays: [1], every: { count: 1, unit: "h" }, cron: "0 7 * * *", at: "", after: [], files: { path: "" } };

/** What the plan is about; the other settings of a rule are left alone. */
export const WHEN = ["cron", "every", "at", "after", "files"] as const;

/** Times at different minutes do not fit into one rule. */
export function sameMinute(times: string[]): boolean {
  return new Set(times.map((time) => time.slice(3))).size <= 1;
}

/** Whether everything that such a rule needs was said. */
export function isComplete(plan: Plan): boolean {
  switch (plan.kind) {
    case "times":
      return !plan.times.includes("");
    case "every":
      return plan.distance === undefined ? !Number.isNaN(plan.every.count) : plan.distance.trim() !== "";
    case "cron":
      return plan.cron.trim() !== "";
    case "once":
      return plan.at !== "";
    case "after":
      return plan.after.length > 0;
    case "files":
      return plan.files.path.trim() !== "";
  }
}

/** A cron expression of times and days, when there is one. */
export function cronOf(plan: Plan): string {
  const times = plan.times.filter((time) => /^\d\d:\d\d/.test(time));
  const minute = Number(times[0]?.slice(3, 5) ?? 0);
  const hours = [...new Set(times.map((time) => Number(time.slice(0, 2))))].sort((a, b) => a - b).join(",") || "0";
  const weekdays = plan.on === "week" ? WEEKDAYS.filter((day) => plan.weekdays.includes(day)).join(",") || "mon" : "*";
  const days = plan.on === "month" ? [...plan.monthDays].sort((a, b) => (a || 32) - (b || 32)).map((day) => (day === 0 ? "L" : String(day))).join(",") || "1" : "*";
  return `${minute} ${hours} ${days} * ${weekdays}`;
}

export function specOfPlan(plan: Plan): Spec {
  switch (plan.kind) {
    case "times":
      return { cron: cronOf(plan) };
    case "every":
      return { every: plan.distance ?? `${plan.every.count}${plan.every.unit}` };
    case "cron":
      return { cron: plan.cron };
    case "once":
      return { at: plan.at };
    case "after":
      return { after: plan.after };
    case "files":
      return { files: Object.fromEntries(Object.entries(plan.files).filter(([, value]) => value !== undefined && value !== "")) };
  }
}

/** The plan that a rule says; what has no plain words is cron. */
export function planOf(spec: Spec): Plan {
  if (typeof spec.cron === "string") return { ...NEW, cron: spec.cron, ...(timesOf(spec.cron) ?? { kind: "cron" }) };
  if (typeof spec.every === "string") {
    const plain = /^\s*(\d+)\s*(m|min|h|d|w)\s*$/.exec(spec.every);
    if (!plain) return { ...NEW, kind: "every", distance: spec.every };
    return { ...NEW, kind: "every", every: { count: Number(plain[1]), unit: plain[2] === "min" ? "m" : (plain[2] as Unit) } };
  }
  if (typeof spec.at === "string") return { ...NEW, kind: "once", at: spec.at };
  if (Array.isArray(spec.after) && spec.after.length > 0) return { ...NEW, kind: "after", after: spec.after.map(String) };
  if (spec.files && typeof spec.files === "object") return { ...NEW, kind: "files", files: { path: "", ...(spec.files as object) } };
  return NEW;
}

function timesOf(cron: string): Partial<Plan> | null {
  const fields = cron.trim().toLowerCase().split(/\s+/);
  const [minute, hours, days, month, weekdays] = fields;
  if (fields.length !== 5 || month !== "*" || !minute || !hours || !days || !weekdays) return null;
  if (!/^\d{1,2}$/.test(minute) || !/^\d{1,2}(,\d{1,2})*$/.test(hours)) return null;
  const times = hours.split(",").map((hour) => `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`);
  if (days === "*" && weekdays === "*") return { kind: "times", on: "day", times };
  if (days === "*") {
    const chosen = weekdaysOf(weekdays);
    return chosen && { kind: "times", on: "week", times, weekdays: chosen };
  }
  if (weekdays !== "*" || !/^(\d{1,2}|l)(,(\d{1,2}|l))*$/.test(days)) return null;
  return { kind: "times", on: "month", times, monthDays: days.split(",").map((day) => (day === "l" ? 0 : Number(day))) };
}

/** `mon,wed`, `1-5` or `sun`: Sunday is 0 or 7. */
function weekdaysOf(field: string): Weekday[] | null {
  const at = (word: string): number => {
    if (/^[0-7]$/.test(word)) return (Number(word) + 6) % 7;
    return WEEKDAYS.indexOf(word as Weekday);
  };
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const [first = "", last] = part.split("-");
    const from = at(first);
    const to = last === undefined ? from : at(last);
    if (from < 0 || to < 0 || to < from) return null;
    for (let day = from; day <= to; day++) found.add(day);
  }
  return WEEKDAYS.filter((_, index) => found.has(index));
}
