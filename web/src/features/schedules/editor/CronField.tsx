import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/lib/i18n";
import { useDebounced } from "@/lib/useDebounced";

/** A cron expression, said in words while it is written. */
export function CronField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation("schedules");
  const language = currentLanguage();
  const settled = useDebounced(value, 250);
  const { data: words } = useQuery({ queryKey: ["cron-words", language, settled], queryFn: () => inWords(settled, language), staleTime: Infinity });
  return (
    <TextField
      required
      label={t("when.cron_field")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      helperText={words ? <>{words}<br />{t("when.cron_help")}</> : t("when.cron_help")}
      slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: "ui-monospace, Menlo, Consolas, monospace" } } }}
    />
  );
}

async function inWords(cron: string, language: string): Promise<string | null> {
  const { toString } = await import("cronstrue");
  if (language === "fr") await import("cronstrue/locales/fr");
  try {
    return toString(cron, { locale: language, use24HourTimeFormat: true, throwExceptionOnParseError: true });
  } catch {
    // What the library does not understand, the server may; it says what is wrong.
    return null;
  }
}
