import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { Markdown } from "@/components/Markdown";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/lib/i18n";

/** The page of a connector, beside its form. */
export function ConnectorDocs({ name, docs }: { name: string; docs: string }) {
  const { t } = useTranslation("connections");
  // The page of the connection has a title already.
  const text = useMemo(() => docs.replace(/^# .*\n+/, ""), [docs]);
  return (
    <Box component="aside" role="region" aria-label={t("docs")} tabIndex={0} sx={{ border: 1, borderColor: "divider", borderRadius: 1.5, bgcolor: "background.paper", px: 2.5, py: 1.5, fontSize: 13.5, overflow: "auto", maxHeight: { lg: "calc(100vh - 170px)" }, position: { lg: "sticky" }, top: { lg: 76 }, minWidth: 0, "& h2": { fontSize: "1rem", mt: 2.5 }, "& h3": { fontSize: "0.95rem" } }}>
      {currentLanguage() !== "en" && <Typography variant="caption" color="textSecondary" component="p">{t("docs_language")}</Typography>}
      <Box lang="en"><Markdown text={text} base={`reference/connectors/${name}`} /></Box>
    </Box>
  );
}
