import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "@/components/DataTable";
import { Marked } from "@/components/Marked";
import { formatNumber, formatPercent } from "@/lib/format";
import { placeOf } from "@/lib/place";
import { say } from "@/lib/sayings";
import type { Inspected } from "./api";

type Seen = Inspected["columns"][number];
type Reject = Inspected["rejects"][number];

/** What was found out about a file: how it is built, its columns with the reasons for their types, what does not fit. */
export function Found({ found }: { found: Inspected }) {
  const { t } = useTranslation("files");
  const rows = formatNumber(found.rows);
  const columns: Column<Seen>[] = [
    { key: "name", title: t("column"), cell: (one) => <Box sx={{ fontWeight: 650, overflowWrap: "anywhere", minWidth: 110 }}>{one.name}</Box> },
    { key: "type", title: t("type"), cell: (one) => one.type },
    { key: "why", title: t("why"), wide: true, cell: (one) => <Box sx={{ color: "text.secondary", fontSize: 13, minWidth: 180 }}>{one.evidence ? <Marked text={say(one.evidence)} /> : t("by_format")}</Box> },
    { key: "empty", title: t("missing"), right: true, cell: (one) => (one.empty === 0 ? <Box component="span" sx={{ color: "text.secondary" }}>0</Box> : `${formatNumber(one.empty)} (${formatPercent(one.empty / Math.max(1, found.rows))})`) },
    { key: "examples", title: t("values"), wide: true, cell: (one) => <Box sx={{ fontSize: 13, maxWidth: 260, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }} title={one.examples.join(" · ")}>{one.examples.join(" · ")}</Box> },
  ];
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2.5, minWidth: 0 }}>
      <Typography variant="body2" color="textSecondary" role="status">
        {t("columns", { count: found.columns.length, number: formatNumber(found.columns.length) })} · {found.is_whole ? t("over_all", { count: found.rows, number: rows }) : t("counted_first", { count: found.rows, number: rows })}
      </Typography>
      {found.alerts.map((alert) => <Alert key={alert} severity="warning"><Marked text={say(alert)} /></Alert>)}
      {found.facts.length > 0 && <Facts found={found} />}
      <div>
        <Typography variant="h3" sx={{ mb: 1 }}>{t("columns_word")}</Typography>
        <DataTable label={t("columns_word")} columns={columns} rows={found.columns} rowKey={(one) => one.name} />
      </div>
      {found.rejected > 0 && <Rejects found={found} />}
      {found.notes.length > 0 && (
        <section aria-label={t("remarks")}>
          <Typography variant="h3" sx={{ mb: 0.5 }}>{t("remarks")}</Typography>
          <Box component="ul" sx={{ m: 0, pl: 2.5, fontSize: 14 }}>{found.notes.map((note) => <li key={note}><Marked text={say(note)} /></li>)}</Box>
        </section>
      )}
    </Box>
  );
}

/** How the file is built, and what speaks for it. */
function Facts({ found }: { found: Inspected }) {
  const { t } = useTranslation("files");
  // Which of several files it is; one needs no name.
  const files = new Set(found.facts.flatMap((fact) => fact.file ?? []));
  const ofFile = (file: string | null | undefined) => (file && files.size > 1 ? ` (${file.split("/").at(-1)})` : "");
  return (
    <section aria-label={t("built")}>
      <Typography variant="h3" sx={{ mb: 1 }}>{t("built")}</Typography>
      <Box component="dl" sx={{ m: 0, display: "grid", gridTemplateColumns: { xs: "minmax(0, 1fr)", sm: "minmax(0, 1fr) minmax(0, 1fr) minmax(0, 2fr)" }, columnGap: 2.5, rowGap: { xs: 0.25, sm: 0.75 }, fontSize: 14 }}>
        {found.facts.map((fact, index) => (
          <Box key={`${fact.file ?? ""} ${fact.what} ${index}`} sx={{ display: "contents" }}>
            <Box component="dt" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>{t(`fact.${fact.what}`, { defaultValue: fact.what })}{ofFile(fact.file)}</Box>
            <Box component="dd" sx={{ m: 0, fontWeight: 600, overflowWrap: "anywhere" }}>{/^\w+$/.test(fact.found) ? t(`found.${fact.found}`, { defaultValue: fact.found }) : say(fact.found)}</Box>
            <Box component="dd" sx={{ m: 0, color: "text.secondary", mb: { xs: 1, sm: 0 }, overflowWrap: "anywhere" }}><Marked text={say(fact.evidence)} /></Box>
          </Box>
        ))}
      </Box>
    </section>
  );
}

function Rejects({ found }: { found: Inspected }) {
  const { t } = useTranslation("files");
  const columns: Column<Reject>[] = [
    { key: "place", title: t("place"), cell: (one) => <Box sx={{ whiteSpace: "nowrap", fontSize: 13 }}>{placeOf(one.place)}</Box> },
    { key: "column", title: t("column"), cell: (one) => one.column ?? "–" },
    { key: "value", title: t("value"), cell: (one) => <Box component="code" sx={{ overflowWrap: "anywhere" }}>{one.value ?? "–"}</Box> },
    { key: "why", title: t("why"), wide: true, cell: (one) => <Box sx={{ color: "text.secondary", fontSize: 13 }}><Marked text={say(one.reason)} /></Box> },
  ];
  return (
    <section>
      <Typography variant="h3" sx={{ mb: 1 }}>{t("messy")}</Typography>
      <Alert severity="warning" sx={{ mb: 1 }}>{t("rejected", { count: found.rejected, number: formatNumber(found.rejected) })}{found.rejects.length < found.rejected && ` ${t("first_rejects", { number: formatNumber(found.rejects.length) })}`}</Alert>
      <DataTable label={t("messy")} columns={columns} rows={found.rejects} rowKey={(one) => `${one.place} ${one.column ?? ""}`} />
    </section>
  );
}
