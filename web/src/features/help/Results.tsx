import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { TextLink } from "@/components/links";
import { ListSkeleton } from "@/components/Waiting";
import { find, type HelpEntry, useHelpTexts } from "./pages";

/** Pages, headings and paragraphs in which the words stand. */
export function Results({ text, entries }: { text: string; entries: HelpEntry[] }) {
  const { t } = useTranslation("help");
  const { data: texts, isLoading } = useHelpTexts(text.trim() !== "");
  const hits = find(text, entries, texts);
  // What is found so far is shown; that there is nothing is known once the paragraphs are there.
  const isOpen = isLoading && hits.length === 0;
  return (
    <>
      <Typography variant="h1" sx={{ mb: 1 }}>{t("results", { text })}</Typography>
      {isOpen && <ListSkeleton rows={8} text={t("loading")} />}
      {!isOpen && <Typography role="status" color="textSecondary" sx={{ mb: 2 }}>{t("hits", { count: hits.length })}</Typography>}
      {!isOpen && hits.length === 0 && <EmptyState icon={<SearchX />} title={t("nothing")} text={t("nothing_text")} />}
      <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {hits.map(({ entry, heading, excerpt }) => (
          <Box component="li" key={`${entry.path}#${heading?.id ?? ""}#${excerpt ?? ""}`} sx={{ py: 1, borderBottom: 1, borderColor: "divider" }}>
            <TextLink to="/help/$" params={{ _splat: entry.path }} hash={heading?.id} search={{}} lang={entry.language} sx={{ fontWeight: 600 }}>{heading?.text ?? entry.title}</TextLink>
            <Typography variant="body2" color="textSecondary">{[t(`folder.${entry.path.split("/").slice(0, -1).join("/")}`, ""), heading && entry.title].filter(Boolean).join(" › ")}</Typography>
            {excerpt && <Typography variant="body2" lang={entry.language}>{excerpt}</Typography>}
          </Box>
        ))}
      </Box>
    </>
  );
}
