import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useLocation, useParams, useSearch } from "@tanstack/react-router";
import { BookOpen } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/links";
import { Markdown } from "@/components/Markdown";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ListSkeleton } from "@/components/Waiting";
import { currentLanguage } from "@/lib/i18n";
import { Contents } from "./Contents";
import { fileOf, type HelpEntry, placeIn, resolve, useHelpIndex, useHelpPage } from "./pages";
import { OnPage } from "./OnPage";
import { Results } from "./Results";

/** The documents, in the pages. */
export function HelpPage() {
  const { t } = useTranslation("help");
  const { _splat: path = "" } = useParams({ strict: false });
  const { search } = useSearch({ strict: false }) as { search?: string };
  const index = useHelpIndex();
  const entry = index.data && resolve(path, index.data);
  const page = useHelpPage(entry);
  const title = entry?.title ?? t("title");
  useEffect(() => {
    document.title = `${title} · ${t("title")} · Towpath`;
  }, [title, t]);
  useAnchor(entry, page.data);
  return (
    <Page>
      <Box sx={{ display: "flex", flexDirection: { xs: "column", md: "row" }, gap: { xs: 2, md: 4 }, alignItems: "flex-start" }}>
        <Contents entries={index.data ?? []} current={entry?.path} search={search} />
        <Box component="article" sx={{ flex: 1, minWidth: 0, width: "100%", maxWidth: 820 }}>
          <ProblemAlert error={index.error ?? page.error} onRetry={() => void (index.error ? index.refetch() : page.refetch())} />
          {search ? (
            index.data ? <Results text={search} entries={index.data} /> : index.isPending && <ListSkeleton rows={8} text={t("loading")} />
          ) : (
            <>
              {(index.isPending || (entry && page.isPending)) && <ListSkeleton rows={8} text={t("loading")} />}
              {index.data && !entry && <PageHeader title={t("title")} />}
              {index.data && !entry && <EmptyState icon={<BookOpen />} title={t("missing")} text={t("missing_text")} action={<LinkButton to="/help/$" params={{ _splat: "" }} variant="contained">{t("to_contents")}</LinkButton>} />}
              {entry && entry.language !== currentLanguage() && <Typography variant="body2" color="textSecondary" sx={{ mb: 1 }}>{t("language")}</Typography>}
              {entry && page.data !== undefined && <Box lang={entry.language}><Markdown text={page.data} base={fileOf(entry)} /></Box>}
            </>
          )}
        </Box>
        {entry && page.data && !search && <OnPage text={page.data} language={entry.language} />}
      </Box>
    </Page>
  );
}

/** Goes to the heading of the address once the page is there, and whenever another one is chosen. */
function useAnchor(entry: HelpEntry | undefined, text: string | undefined): void {
  const hash = useLocation({ select: (location) => location.hash });
  useEffect(() => {
    if (entry === undefined || text === undefined || !hash) return;
    const place = decodeURIComponent(hash);
    const heading = document.getElementById(place) ?? document.getElementById(placeIn(entry, place));
    heading?.scrollIntoView({ block: "start" });
    heading?.focus({ preventScroll: true });
  }, [hash, text, entry]);
}
