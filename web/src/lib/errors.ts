import type { TFunction } from "i18next";
import { Problem } from "@/api/problem";

/** What went wrong, and what to do, in words for people. */
export function explain(error: unknown, t: TFunction): { what: string; hint: string | undefined } {
  if (error instanceof Problem) {
    if (error.status === 0) return { what: t("common:unreachable"), hint: t("common:unreachable_hint") };
    return { what: capitalized(error.message), hint: error.hint ? capitalized(error.hint) : undefined };
  }
  return { what: t("common:page_fault"), hint: error instanceof Error ? error.message : undefined };
}

/** Words of the server begin small; at the beginning of a line they do not. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
