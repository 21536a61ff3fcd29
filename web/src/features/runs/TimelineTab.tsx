import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/components/ProblemAlert";
import { isOver } from "@/components/RunState";
import { ListSkeleton } from "@/components/Waiting";
import { formatClock, formatDuration, formatTime } from "@/lib/format";
import { useNow } from "@/lib/useNow";
import { useWorkspace } from "@/lib/workspace";
import { say } from "@/lib/sayings";
import { attemptsQuery, detailOf, faultOf, loadsQuery, type Run, tasksQuery } from "./requests";

const COLORS: Record<string, string> = { waiting: "queued.main", running: "info.main", done: "success.main", quarantined: "quarantine.main", failed: "error.main", cancelled: "queued.main", handed_over: "queued.main", lost: "error.main" };

interface Bar {
  key: string;
  name: string;
  state: string;
  start: number;
  end: number;
  text: string;
  more?: string;
}

/** When the run waited and worked: its attempts, and until when each node gave rows. */
export function TimelineTab({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug } = useWorkspace();
  const live = !isOver(run.state.toLowerCase());
  const now = useNow(1000, live);
  const attempts = useQuery(attemptsQuery(slug, run.id));
  const { data: tasks } = useQuery(tasksQuery(slug, run.id));
  const { data: loads } = useQuery(loadsQuery(slug, run.id));
  if (attempts.error) return <ProblemAlert error={attempts.error} onRetry={() => void attempts.refetch()} />;
  if (!attempts.data) return <ListSkeleton rows={3} text={t("loading_timeline")} />;

  const made = Date.parse(run.created_at);
  const from = Math.max(made, Math.min(Date.parse(run.not_before), made + 1)) || made;
  const bars: Bar[] = [];
  let since = from;
  for (const attempt of attempts.data) {
    const start = Date.parse(attempt.started_at);
    if (start - since > 200) bars.push({ key: `wait-${attempt.number}`, name: attempt.number === 1 ? t("timeline.waited") : t("timeline.pause"), state: "waiting", start: since, end: start, text: formatDuration((start - since) / 1000) });
    const end = attempt.ended_at ? Date.parse(attempt.ended_at) : now;
    const fault = faultOf(attempt);
    bars.push({ key: `attempt-${attempt.number}`, name: t("attempt", { number: attempt.number }), state: attempt.state, start, end: Math.max(end, start), text: `${formatDuration((Math.max(end, start) - start) / 1000)} · ${t("timeline.by", { worker: attempt.worker })}${attempt.resumed ? ` · ${t("timeline.resumed")}` : ""}`, more: fault?.message && say(fault.message) });
    since = end;
  }
  if (live && run.state.toLowerCase() !== "running") bars.push({ key: "wait-now", name: t("timeline.waits"), state: "waiting", start: since, end: Math.max(now, since), text: formatDuration(Math.max(0, now - since) / 1000) });
  const last = attempts.data.at(-1);
  if (last && !live) {
    const start = Date.parse(last.started_at);
    const end = last.ended_at ? Date.parse(last.ended_at) : now;
    for (const task of tasks ?? []) {
      const { seconds, began_seconds: began = 0 } = detailOf(task);
      if (seconds == null) continue;
      const load = loads?.find((one) => one.node === task.node);
      bars.push({ key: `node-${task.node}`, name: task.node, state: task.rows_quarantined > 0 ? "quarantined" : "done", start: Math.min(end, start + began * 1000), end: Math.min(end, start + (began + seconds) * 1000), text: `${formatDuration(seconds)}${load ? ` · ${t("timeline.visible", { time: formatClock(load.committed_at) })}` : ""}` });
    }
  }
  const until = Math.max(...bars.map((bar) => bar.end), from + 1);
  const at = (time: number) => `${(Math.max(0, time - from) / (until - from)) * 100}%`;
  return (
    <Paper variant="outlined" sx={{ p: 2 }}>
      <Box sx={{ display: "flex", justifyContent: "space-between", color: "text.secondary", fontSize: 12, pl: { sm: "210px" }, mb: 0.5 }}>
        <span>{formatTime(new Date(from))}</span>
        <span>{formatClock(new Date(until))}</span>
      </Box>
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {bars.map((bar) => (
          <Box component="li" key={bar.key} sx={{ display: "flex", flexDirection: { xs: "column", sm: "row" }, gap: { xs: 0.25, sm: 1.25 }, py: 0.75, borderTop: 1, borderColor: "divider" }}>
            <Typography component="span" sx={{ width: { sm: 200 }, flexShrink: 0, overflowWrap: "anywhere", fontWeight: bar.key.startsWith("node") ? 400 : 600 }}>{bar.name}</Typography>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <Box aria-hidden sx={{ position: "relative", height: 10, mt: { sm: 0.5 }, borderRadius: 1, bgcolor: "action.hover" }}>
                <Box sx={{ position: "absolute", top: 0, bottom: 0, minWidth: 3, borderRadius: 1, bgcolor: COLORS[bar.state] ?? "queued.main", opacity: bar.key.startsWith("node") ? 0.75 : 1 }} style={{ left: at(bar.start), width: `calc(${at(bar.end)} - ${at(bar.start)})` }} />
              </Box>
              <Typography variant="body2" color="textSecondary">{t(`timeline.state.${bar.state}`)} · {bar.text}</Typography>
              {bar.more && <Typography variant="body2" color="error" sx={{ overflowWrap: "anywhere" }}>{bar.more}</Typography>}
            </Box>
          </Box>
        ))}
      </Box>
      {bars.length === 0 && <Typography color="textSecondary">{t("timeline.nothing")}</Typography>}
      {!live && (tasks?.length ?? 0) > 0 && <Typography variant="body2" color="textSecondary" sx={{ mt: 1.5 }}>{t("timeline.note")}</Typography>}
    </Paper>
  );
}
