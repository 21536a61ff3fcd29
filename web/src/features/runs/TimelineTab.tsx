import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Marked } from "@/components/Marked";
import { isOver } from "@/components/RunState";
import { ListSkeleton } from "@/components/Waiting";
import { formatClock, formatDuration, formatNumber, formatTime } from "@/lib/format";
import { useNow } from "@/lib/useNow";
import { useWorkspace } from "@/lib/workspace";
import { say } from "@/lib/sayings";
import { graphOf } from "./graph/document";
import { attemptsQuery, documentQuery, faultOf, loadsQuery, type Run, tasksQuery } from "./requests";
import { nodeBars, progressOf, type Span } from "./timeline";
import { useFailedNodes } from "./useFailedNodes";
import { useProgress } from "./useProgress";

const COLORS: Record<string, string> = { waiting: "queued.main", running: "info.main", done: "success.main", quarantined: "quarantine.main", failed: "error.main", unreached: "queued.main", cancelled: "queued.main", handed_over: "queued.main", lost: "error.main" };

interface Bar {
  key: string;
  name: string;
  isNode: boolean;
  state: string;
  /** The state, in words. */
  word: string;
  span: Span | null;
  text: string;
  more?: string;
}

/** When the run waited and worked: its attempts, and from when until when each node gave rows. */
export function TimelineTab({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug } = useWorkspace();
  const live = !isOver(run.state.toLowerCase());
  const now = useNow(1000, live);
  const attempts = useQuery(attemptsQuery(slug, run.id));
  const { data: tasks = [], dataUpdatedAt: askedAt } = useQuery(tasksQuery(slug, run.id));
  const { data: loads = [] } = useQuery(loadsQuery(slug, run.id));
  const { data: version } = useQuery(documentQuery(slug, run.pipeline_id, run.version));
  const { edges } = useMemo(() => graphOf(version?.document ?? ""), [version]);
  const told = useProgress(slug, run.id, live);
  const failed = useFailedNodes(run, faultOf(run)?.message);
  if (attempts.error) return <ProblemAlert error={attempts.error} onRetry={() => void attempts.refetch()} />;
  if (!attempts.data) return <ListSkeleton rows={3} text={t("loading_timeline")} />;

  const made = Date.parse(run.created_at);
  const from = Math.max(made, Math.min(Date.parse(run.not_before), made + 1)) || made;
  const bars: Bar[] = [];
  const waits = (key: string, name: string, start: number, end: number) => bars.push({ key, name, isNode: false, state: "waiting", word: t("timeline.state.waiting"), span: { start, end }, text: formatDuration((end - start) / 1000) });
  let since = from;
  for (const attempt of attempts.data) {
    const start = Date.parse(attempt.started_at);
    if (start - since > 200) waits(`wait-${attempt.number}`, attempt.number === 1 ? t("timeline.waited") : t("timeline.pause"), since, start);
    const end = Math.max(start, attempt.ended_at ? Date.parse(attempt.ended_at) : now);
    const fault = faultOf(attempt);
    bars.push({ key: `attempt-${attempt.number}`, name: t("attempt", { number: attempt.number }), isNode: false, state: attempt.state, word: t(`timeline.state.${attempt.state}`), span: { start, end }, text: `${formatDuration((end - start) / 1000)} · ${t("timeline.by", { worker: attempt.worker })}${attempt.resumed ? ` · ${t("timeline.resumed")}` : ""}`, more: fault?.message && say(fault.message) });
    since = end;
  }
  if (live && run.state.toLowerCase() !== "running") waits("wait-now", t("timeline.waits"), since, Math.max(now, since));
  const last = attempts.data.at(-1);
  const isAtWork = run.state.toLowerCase() === "running";
  if (last && (!live || isAtWork)) {
    const progress = isAtWork ? (told ?? progressOf(tasks, Math.max(0, askedAt - Date.parse(last.started_at)) / 1000)) : null;
    for (const { node, state, span, rows, visible } of nodeBars(run, last, tasks, loads, edges, failed, progress, now)) {
      const parts = [span && span.end > span.start ? formatDuration((span.end - span.start) / 1000) : "", rows === undefined ? "" : t("rows_count", { count: rows, rows: formatNumber(rows) }), visible ? t("timeline.visible", { time: formatClock(visible) }) : ""];
      bars.push({ key: `node-${node}`, name: node, isNode: true, state, word: t(`node_state.${state}`), span, text: parts.filter(Boolean).join(" · ") });
    }
  }
  const until = Math.max(...bars.flatMap(({ span }) => span?.end ?? []), from + 1);
  const at = (time: number) => `${(Math.max(0, time - from) / (until - from)) * 100}%`;
  return (
    <Paper variant="outlined" sx={{ p: 2 }}>
      <Box sx={{ display: "flex", justifyContent: "space-between", color: "text.secondary", fontSize: 12, pl: { sm: "210px" }, mb: 0.5 }}>
        <span>{formatTime(new Date(from))}</span>
        <span>{formatClock(new Date(until))}</span>
      </Box>
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {bars.map(({ key, name, isNode, state, word, span, text, more }) => (
          <Box component="li" key={key} sx={{ display: "flex", flexDirection: { xs: "column", sm: "row" }, gap: { xs: 0.25, sm: 1.25 }, py: 0.75, borderTop: 1, borderColor: "divider" }}>
            <Typography component="span" sx={{ width: { sm: 200 }, flexShrink: 0, overflowWrap: "anywhere", fontWeight: isNode ? 400 : 600 }}>{name}</Typography>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <Box aria-hidden sx={{ position: "relative", height: 10, mt: { sm: 0.5 }, borderRadius: 1, bgcolor: "action.hover" }}>
                {span && <Box sx={{ position: "absolute", top: 0, bottom: 0, minWidth: 3, borderRadius: 1, bgcolor: COLORS[state] ?? "queued.main", opacity: isNode ? 0.75 : 1 }} style={{ left: `min(${at(span.start)}, calc(100% - 3px))`, width: `calc(${at(span.end)} - ${at(span.start)})` }} />}
              </Box>
              <Typography variant="body2" color="textSecondary" sx={{ "&::first-letter": { textTransform: "uppercase" } }}>{[word, text].filter(Boolean).join(" · ")}</Typography>
              {more && <Typography variant="body2" color="error" sx={{ overflowWrap: "anywhere" }}><Marked text={more} /></Typography>}
            </Box>
          </Box>
        ))}
      </Box>
      {bars.length === 0 && <Typography color="textSecondary">{t("timeline.nothing")}</Typography>}
      {bars.some(({ isNode }) => isNode) && <Typography variant="body2" color="textSecondary" sx={{ mt: 1.5 }}>{t("timeline.note")}</Typography>}
    </Paper>
  );
}
