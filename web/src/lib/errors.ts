import type { TFunction } from "i18next";
import { Problem } from "@/api/problem";
import { NotCopied } from "./clipboard";
import { currentLanguage } from "./i18n";
import { say } from "./sayings";

/** What went wrong in words for people. */
export interface Explanation {
  what: string;
  /** The words of the server, where they are not in the language of the page and `what` can only say of which kind it is. */
  detail?: string;
  /** What to do. */
  hint: string | undefined;
}

/** What went wrong, and what to do, in words for people. */
export function explain(error: unknown, t: TFunction): Explanation {
  if (error instanceof Problem) {
    if (error.status === 0) return { what: t("common:unreachable"), hint: t("common:unreachable_hint") };
    const hint = error.hint ? capitalized(say(error.hint)) : undefined;
    const what = say(error.message);
    if (currentLanguage() === "en" || what !== error.message) return { what: capitalized(what), hint };
    const title = t(`problems:code.${error.code}.title`, { defaultValue: "" });
    if (title === "") return { what: capitalized(what), hint };
    return { what: title, detail: capitalized(what), hint: hint ?? t(`problems:code.${error.code}.help`) };
  }
  if (error instanceof NotCopied) return { what: t("common:not_copied"), hint: t("common:not_copied_hint") };
  return { what: t("common:page_fault"), hint: error instanceof Error ? error.message : undefined };
}

/** Words of the server begin small; at the beginning of a line they do not. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
