import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/components/ProblemAlert";
import { formatNumber } from "@/lib/format";
import { currentLocale } from "@/lib/i18n";
import type { Schedule } from "../requests";
import { DayCell } from "./DayCell";
import { DayPanel } from "./DayPanel";
import { addDays, addMonths, dayOf, daysOf, type Span, startOf } from "./days";
import { useCalendar } from "./useCalendar";

interface Props {
  workspace: string;
  span: Span;
  /** The day that is chosen. */
  day: string;
  onDay: (day: string) => void;
  schedules: Schedule[];
  pipeline: string | undefined;
  nameOf: (pipeline: string) => string;
}

/** What ran and what will run, day by day. Arrow keys go from day to day, page keys from page to page. */
export function Calendar({ workspace, span, day, onDay, schedules, pipeline, nameOf }: Props) {
  const { t } = useTranslation("schedules");
  const grid = useRef<HTMLDivElement>(null);
  const days = daysOf(span, day);
  const calendar = useCalendar(workspace, days, schedules, pipeline);
  const today = dayOf(calendar.now);
  const turn = (pages: number) => (span === "week" ? addDays(day, 7 * pages) : addMonths(day, pages));
  const go = (next: string) => {
    onDay(next);
    // The cell of the day is there once the page is drawn again.
    requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus());
  };
  const choose = (next: string) => {
    onDay(next);
    // Below a month, what is of the day may be out of sight.
    requestAnimationFrame(() => document.getElementById("day-title")?.scrollIntoView({ block: "nearest" }));
  };
  const keys = (event: KeyboardEvent) => {
    const steps: Record<string, string> = { ArrowLeft: addDays(day, -1), ArrowRight: addDays(day, 1), ArrowUp: addDays(day, -7), ArrowDown: addDays(day, 7), PageUp: turn(-1), PageDown: turn(1), Home: daysOf("week", day)[0] ?? day, End: daysOf("week", day)[6] ?? day };
    const next = steps[event.key];
    if (!next) return;
    event.preventDefault();
    go(next);
  };
  const language = currentLocale();
  const title = span === "week" ? new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: days.every((one) => one.slice(0, 4) === today.slice(0, 4)) ? undefined : "numeric" }).formatRange(startOf(days[0] ?? day), startOf(days[6] ?? day)) : new Intl.DateTimeFormat(language, { month: "long", year: "numeric" }).format(startOf(day));
  const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });
  const weeks = Array.from({ length: days.length / 7 }, (_, index) => days.slice(index * 7, index * 7 + 7));
  return (
    <>
      <Box sx={{ display: "flex", alignItems: "center", gap: 0.5, mb: 1.5, flexWrap: "wrap" }}>
        <IconButton aria-label={t(`calendar.back_${span}`)} onClick={() => onDay(turn(-1))}><ChevronLeft size={18} /></IconButton>
        <IconButton aria-label={t(`calendar.on_${span}`)} onClick={() => onDay(turn(1))}><ChevronRight size={18} /></IconButton>
        <Typography variant="h2" aria-live="polite" sx={{ mx: 1, "&::first-letter": { textTransform: "uppercase" } }}>{title}</Typography>
        <Button size="small" disabled={day === today} onClick={() => go(today)}>{t("calendar.today")}</Button>
        <Box sx={{ flex: 1 }} />
        <Typography variant="body2" color="textSecondary" role="status">{calendar.isPending ? t("calendar.loading") : calendar.isCut ? t("calendar.cut") : ""}</Typography>
      </Box>
      {calendar.known < calendar.firing && (
        <Box sx={{ display: "flex", alignItems: "center", gap: 1.5, mb: 1 }}>
          <LinearProgress variant="determinate" value={(calendar.known / calendar.firing) * 100} aria-label={t("calendar.loading")} sx={{ flex: 1 }} />
          <Typography variant="body2" color="textSecondary" aria-hidden>{t("calendar.known", { count: calendar.firing, known: formatNumber(calendar.known), all: formatNumber(calendar.firing) })}</Typography>
        </Box>
      )}
      <ProblemAlert error={calendar.error} onRetry={calendar.refetch} />
      <Box ref={grid} role="grid" aria-label={t(`calendar.${span}`)} onKeyDown={keys} sx={{ border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper", overflow: "hidden" }}>
        <Box role="row" sx={{ display: { xs: span === "week" ? "none" : "grid", md: "grid" }, gridTemplateColumns: "repeat(7, minmax(0, 1fr))", borderBottom: 1, borderColor: "divider" }}>
          {(weeks[0] ?? []).map((one) => <Box key={one} role="columnheader" sx={{ px: 1, py: 0.75, fontSize: 12, fontWeight: 650, color: "text.secondary" }}>{weekday.format(startOf(one))}</Box>)}
        </Box>
        {weeks.map((week) => (
          <Box key={week[0]} role="row" sx={{ display: "grid", gridTemplateColumns: { xs: span === "week" ? "1fr" : "repeat(7, minmax(0, 1fr))", md: "repeat(7, minmax(0, 1fr))" }, "& + &": { borderTop: 1, borderColor: "divider" } }}>
            {week.map((one) => (
              <DayCell key={one} day={one} span={span} entries={[...(calendar.byDay.get(one)?.values() ?? [])]} nameOf={nameOf} isToday={one === today} isChosen={one === day} isOutside={span === "month" && one.slice(0, 7) !== day.slice(0, 7)} onChoose={() => choose(one)} />
            ))}
          </Box>
        ))}
      </Box>
      <DayPanel day={day} entries={[...(calendar.byDay.get(day)?.values() ?? [])]} nameOf={nameOf} workspace={workspace} isPending={calendar.isPending} />
    </>
  );
}
