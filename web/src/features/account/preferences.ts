import { NOTICE_KINDS } from "@/lib/notices";

/** What a person wants to hear of, as the server keeps it; what is left out is as usual. */
export interface Preferences {
  in_app?: string[];
  mail?: string[];
  language?: string | null;
  pace?: { per_hour?: number; reminder_minutes?: number; longest_pause_hours?: number; digest?: string; digest_at?: string; timezone?: string };
}

/** Without a word, everything is shown in the pages and nothing comes by mail. */
export function wanted(preferences: Preferences, way: "in_app" | "mail"): string[] {
  return preferences[way] ?? (way === "in_app" ? [...NOTICE_KINDS] : []);
}

/** Wants a kind in a way, or not any more. Everything in the pages is the usual, so that kinds of later versions are shown too. */
export function toggled(preferences: Preferences, way: "in_app" | "mail", kind: string): Preferences {
  const before = wanted(preferences, way);
  const after = before.includes(kind) ? before.filter((one) => one !== kind) : NOTICE_KINDS.filter((one) => one === kind || before.includes(one));
  const { [way]: _, ...rest } = preferences;
  const isUsual = way === "in_app" ? NOTICE_KINDS.every((one) => after.includes(one)) : after.length === 0;
  return isUsual ? rest : { ...rest, [way]: after };
}
