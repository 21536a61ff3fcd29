import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Markdown } from "@/components/Markdown";
import { ListSkeleton } from "@/components/Waiting";
import { currentLanguage } from "@/lib/i18n";
import { typeset } from "@/lib/typeset";

// The server gives the page of a connector in English. Translations stand beside it, in the folder of the connector.
const translations = import.meta.glob<string>("../../../../crates/connectors/src/*/README.*.md", { query: "?raw", import: "default" });

/** The page of a connector, beside its form. */
export function ConnectorDocs({ name, docs }: { name: string; docs: string }) {
  const { t } = useTranslation("connections");
  const language = currentLanguage();
  const read = translations[`../../../../crates/connectors/src/${name}/README.${language}.md`];
  const translated = useQuery({ queryKey: ["connector-docs", language, name], queryFn: async () => (read ? typeset(await read(), language) : null), enabled: read !== undefined, staleTime: Infinity });
  // Where the translation cannot be had, the English page is better than none.
  const own = read && !translated.isError ? translated.data : undefined;
  const text = own ?? docs;
  // The page of the connection has a title already.
  const shown = useMemo(() => text.replace(/^# .*\n+/, ""), [text]);
  const isEnglish = own === undefined;
  return (
    <Box component="aside" role="region" aria-label={t("docs")} tabIndex={0} sx={{ border: 1, borderColor: "divider", borderRadius: 1.5, bgcolor: "background.paper", px: 2.5, py: 1.5, fontSize: 13.5, overflow: "auto", maxHeight: { lg: "calc(100vh - 170px)" }, position: { lg: "sticky" }, top: { lg: 76 }, minWidth: 0, "& h2": { fontSize: "1rem", mt: 2.5 }, "& h3": { fontSize: "0.95rem" } }}>
      {translated.isLoading ? <ListSkeleton rows={8} text={t("docs_loading")} /> : (
        <>
          {isEnglish && language !== "en" && <Typography variant="caption" color="textSecondary" component="p">{t("docs_language")}</Typography>}
          <Box lang={isEnglish ? "en" : language}><Markdown text={shown} base={`reference/connectors/${name}`} /></Box>
        </>
      )}
    </Box>
  );
}
