import type { TFunction } from "i18next";
import { currentLanguage } from "@/lib/i18n";

/** What the clocks do at a time. The server says it in English only. */
export function remark(said: string | null | undefined, t: TFunction<"schedules">): string | null {
  if (!said) return null;
  if (currentLanguage() === "en") return said.charAt(0).toUpperCase() + said.slice(1);
  const missing = /leave out (\S+)/.exec(said)?.[1];
  if (missing) return t("clocks.missing", { time: missing });
  if (said.includes("twice")) return said.includes("second") ? t("clocks.second") : t("clocks.first");
  return said;
}
