import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Markdown } from "@/components/Markdown";
import { currentLanguage } from "@/lib/i18n";
import { spaced } from "@/lib/typeset";

// The pages of connectors are in English. Other languages have a short one of the most important, and the whole behind it.
const short = import.meta.glob<string>("../../locales/*/connectors/*.md", { query: "?raw", import: "default" });

/** The page of a connector, beside its form. */
export function ConnectorDocs({ name, docs }: { name: string; docs: string }) {
  const { t } = useTranslation("connections");
  const language = currentLanguage();
  // The page of the connection has a title already.
  const text = useMemo(() => docs.replace(/^# .*\n+/, ""), [docs]);
  const read = short[`../../locales/${language}/connectors/${name}.md`];
  const own = useQuery({ queryKey: ["short-docs", language, name], queryFn: async () => (read ? spaced(await read()) : null), enabled: read !== undefined, staleTime: Infinity });
  const base = `reference/connectors/${name}`;
  const whole = <Box lang="en"><Markdown text={text} base={base} /></Box>;
  return (
    <Box component="aside" role="region" aria-label={t("docs")} tabIndex={0} sx={{ border: 1, borderColor: "divider", borderRadius: 1.5, bgcolor: "background.paper", px: 2.5, py: 1.5, fontSize: 13.5, overflow: "auto", maxHeight: { lg: "calc(100vh - 170px)" }, position: { lg: "sticky" }, top: { lg: 76 }, minWidth: 0, "& h2": { fontSize: "1rem", mt: 2.5 }, "& h3": { fontSize: "0.95rem" }, "& summary": { cursor: "pointer", fontWeight: 600, py: 1 } }}>
      {language === "en" ? whole : own.data ? (
        <>
          <Markdown text={own.data} base={base} />
          <details>
            <summary>{t("docs_whole")}</summary>
            {whole}
          </details>
        </>
      ) : !own.isLoading && (
        <>
          <Typography variant="caption" color="textSecondary" component="p">{t("docs_language")}</Typography>
          {whole}
        </>
      )}
    </Box>
  );
}
