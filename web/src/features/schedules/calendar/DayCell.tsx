import Box from "@mui/material/Box";
import { Clock3 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { OnlyRead } from "@/components/OnlyRead";
import { RunState } from "@/components/RunState";
import { formatDay, formatHour } from "@/lib/format";
import { currentLocale } from "@/lib/i18n";
import { type Span, startOf } from "./days";
import type { Entry } from "./useCalendar";
import { byWorst, worstOf } from "./worst";

interface Props {
  day: string;
  span: Span;
  entries: Entry[];
  nameOf: (pipeline: string) => string;
  isToday: boolean;
  isChosen: boolean;
  /** It belongs to another month than the one that is shown. */
  isOutside: boolean;
  onChoose: () => void;
}

const SHOWN = { week: 8, month: 3 };
const LINE = "1px solid var(--mui-palette-divider)";
const DOT: Record<string, string> = { failed: "error.main", failing: "warning.main", running: "info.main", queued: "queued.main", quarantined: "quarantine.main", cancelled: "queued.main", done: "success.main", coming: "divider" };

/** A day: its pipelines with the worst that happened to each, what calls for attention first. */
export function DayCell({ day, span, entries, nameOf, isToday, isChosen, isOutside, onChoose }: Props) {
  const { t } = useTranslation("schedules");
  const sorted = [...entries].sort((a, b) => byWorst(a, b) || nameOf(a.pipeline).localeCompare(nameOf(b.pipeline)));
  const shown = sorted.slice(0, SHOWN[span]);
  const runs = entries.reduce((sum, entry) => sum + entry.runs.length, 0);
  const coming = entries.reduce((sum, entry) => sum + entry.coming.length, 0);
  const failed = entries.reduce((sum, entry) => sum + entry.runs.filter((run) => run.state.toLowerCase() === "failed").length, 0);
  const label = [formatDay(startOf(day)), t("calendar.runs", { count: runs }), failed > 0 ? t("calendar.failed", { count: failed }) : "", t("calendar.coming", { count: coming })].filter(Boolean).join(", ");
  const name = new Intl.DateTimeFormat(currentLocale(), { weekday: "long" }).format(startOf(day));
  return (
    <Box
      role="gridcell"
      tabIndex={isChosen ? 0 : -1}
      data-day={day}
      aria-selected={isChosen}
      aria-current={isToday ? "date" : undefined}
      onClick={onChoose}
      sx={{ position: "relative", minHeight: { xs: span === "week" ? 44 : 54, md: span === "week" ? 260 : 104 }, p: 0.75, cursor: "pointer", minWidth: 0, borderLeft: { xs: span === "week" ? "none" : LINE, md: LINE }, borderTop: { xs: span === "week" ? LINE : "none", md: "none" }, bgcolor: isChosen ? "action.selected" : isOutside ? "background.default" : undefined, "&:first-of-type": { borderLeft: "none", borderTop: "none" }, "&:hover": { bgcolor: isChosen ? "action.selected" : "action.hover" }, "&:focus-visible": { outlineOffset: -2 } }}
    >
      <OnlyRead>{label}</OnlyRead>
      <Box aria-hidden sx={{ display: "flex", alignItems: "center", gap: 0.75, mb: 0.5, color: isOutside ? "text.secondary" : "text.primary" }}>
        <Box component="span" sx={{ fontWeight: isToday ? 700 : 500, fontSize: 13, minWidth: 24, height: 24, borderRadius: 4, display: "inline-flex", alignItems: "center", justifyContent: "center", ...(isToday && { bgcolor: "primary.main", color: "primary.contrastText" }) }}>{startOf(day).getDate()}</Box>
        {span === "week" && <Box component="span" sx={{ display: { md: "none" }, "&::first-letter": { textTransform: "uppercase" } }}>{name}</Box>}
      </Box>
      <Box sx={{ display: { xs: span === "month" ? "flex" : "none", md: "none" }, gap: 0.375, flexWrap: "wrap" }} aria-hidden>
        {sorted.slice(0, 6).map((entry) => <Box key={entry.pipeline} sx={{ width: 8, height: 8, borderRadius: "50%", bgcolor: DOT[worstOf(entry)], ...(worstOf(entry) === "coming" && { border: 1, borderColor: "text.secondary", bgcolor: "transparent" }) }} />)}
      </Box>
      <Box sx={{ display: { xs: span === "month" ? "none" : "block", md: "block" } }}>
        {shown.map((entry) => <Chip key={entry.pipeline} entry={entry} name={nameOf(entry.pipeline)} />)}
        {sorted.length > shown.length && <Box sx={{ fontSize: 12, color: "text.secondary", px: 0.25 }}>{t("calendar.more", { count: sorted.length - shown.length })}</Box>}
      </Box>
    </Box>
  );
}

function Chip({ entry, name }: { entry: Entry; name: string }) {
  const worst = worstOf(entry);
  const total = entry.runs.length + entry.coming.length;
  const only = entry.runs[0] ? (entry.runs[0].started_at ?? entry.runs[0].created_at) : entry.coming[0]?.fire.at;
  return (
    <Box sx={{ display: "flex", alignItems: "center", gap: 0.5, fontSize: 12.5, lineHeight: 1.75, minWidth: 0 }} title={name}>
      <Box component="span" sx={{ display: "inline-flex", flexShrink: 0, "& svg": { width: 14, height: 14 } }} aria-hidden>
        {worst === "coming" ? <Box component={Clock3} sx={{ color: "text.secondary" }} /> : <RunState state={worst} short />}
      </Box>
      <Box component="span" sx={{ flex: 1, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{name}</Box>
      <Box component="span" sx={{ color: "text.secondary", flexShrink: 0 }}>{total === 1 && only ? formatHour(only) : `${total}×`}</Box>
    </Box>
  );
}
