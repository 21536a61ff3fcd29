import { currentLanguage, currentLocale } from "@/lib/i18n";

/** Hours and minutes of a moment, without the seconds that schedules rarely have. */
export function clock(at: string, zone?: string): string {
  return new Intl.DateTimeFormat(currentLocale(), { hour: currentLanguage() === "en" ? "numeric" : "2-digit", minute: "2-digit", timeZone: zone }).format(new Date(at));
}
