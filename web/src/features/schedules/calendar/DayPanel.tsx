import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { Clock3 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { RunState } from "@/components/RunState";
import { formatDuration, formatHour, formatNumber } from "@/lib/format";
import { currentLocale } from "@/lib/i18n";
import { specOf, zoneOf } from "../requests";
import { remark } from "../remark";
import { startOf } from "./days";
import type { Coming, Entry } from "./useCalendar";

interface Props {
  day: string;
  entries: Entry[];
  nameOf: (pipeline: string) => string;
  workspace: string;
  isPending: boolean;
}

type Item = { at: string; key: string } & ({ run: Entry["runs"][number] } | { coming: Coming });
const FIRST = 40;

/** Everything of the day that is chosen, in the order of time. */
export function DayPanel({ day, entries, nameOf, workspace, isPending }: Props) {
  const { t } = useTranslation("schedules");
  const [whole, setWhole] = useState<string | null>(null);
  const items: Item[] = entries.flatMap((entry) => [
    ...entry.runs.map((run) => ({ at: run.started_at ?? run.created_at, key: run.id, run })),
    ...entry.coming.map((coming) => ({ at: coming.fire.at, key: coming.schedule.id + coming.fire.at, coming })),
  ]);
  items.sort((a, b) => a.at.localeCompare(b.at));
  const shown = whole === day ? items : items.slice(0, FIRST);
  const title = new Intl.DateTimeFormat(currentLocale(), { dateStyle: "full" }).format(startOf(day));
  return (
    <Paper variant="outlined" component="section" aria-labelledby="day-title" sx={{ mt: 2, p: { xs: 1.5, sm: 2 } }}>
      <Typography variant="h2" id="day-title" sx={{ mb: 1, scrollMarginBottom: 240, "&::first-letter": { textTransform: "uppercase" } }}>{title}</Typography>
      {items.length === 0 && <Typography color="textSecondary">{isPending ? t("calendar.loading") : t("calendar.nothing")}</Typography>}
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {shown.map((item) => (
          <Box component="li" key={item.key} sx={{ display: "grid", gridTemplateColumns: { xs: "minmax(52px, max-content) minmax(0, 1fr)", sm: "84px 270px minmax(0, 1fr) auto" }, columnGap: { xs: 1, sm: 1.5 }, py: 0.75, borderTop: 1, borderColor: "divider", alignItems: "center", "&:first-of-type": { borderTop: 0 } }}>
            <Box component="time" dateTime={item.at} sx={{ fontWeight: 600, whiteSpace: "nowrap" }}>{formatHour(item.at)}</Box>
            {"run" in item ? (
              <>
                <RunState state={item.run.state.toLowerCase()} />
                <Box sx={{ gridColumn: { xs: "2", sm: "auto" }, minWidth: 0 }}><TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: item.run.id }} sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{nameOf(item.run.pipeline_id)}</TextLink></Box>
                <Box sx={{ gridColumn: { xs: "2", sm: "auto" }, color: "text.secondary", fontSize: 13 }}>{t("calendar.rows", { count: item.run.rows_written, rows: formatNumber(item.run.rows_written) })}{item.run.seconds != null && ` · ${formatDuration(item.run.seconds)}`}</Box>
              </>
            ) : (
              <ComingRow coming={item.coming} name={nameOf(item.coming.schedule.pipeline_id)} />
            )}
          </Box>
        ))}
      </Box>
      {items.length > shown.length && <Button size="small" sx={{ mt: 1 }} onClick={() => setWhole(day)}>{t("calendar.show_all", { count: items.length })}</Button>}
    </Paper>
  );
}

function ComingRow({ coming, name }: { coming: Coming; name: string }) {
  const { t } = useTranslation("schedules");
  const zone = zoneOf(specOf(coming.schedule));
  const there = formatHour(coming.fire.at, zone);
  const changed = remark(coming.fire.remark, t);
  return (
    <>
      <Box component="span" sx={{ display: "inline-flex", gap: 0.75, alignItems: "center", verticalAlign: "middle", color: "text.secondary" }}><Clock3 size={16} aria-hidden />{t("calendar.planned")}</Box>
      <Box sx={{ gridColumn: { xs: "2", sm: "auto" }, minWidth: 0, overflowWrap: "anywhere" }}>{name}{changed && <Box component="span" sx={{ display: "block", color: "warning.main", fontSize: 13 }}>{changed}</Box>}</Box>
      <Box sx={{ gridColumn: { xs: "2", sm: "auto" }, color: "text.secondary", fontSize: 13 }}>{there !== formatHour(coming.fire.at) && t("calendar.there", { time: there, zone })}</Box>
    </>
  );
}
