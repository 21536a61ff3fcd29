import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { BellRing, Check, CircleCheck, Clock, MailWarning } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { TextLink } from "@/components/links";
import { Marked } from "@/components/Marked";
import { RunState } from "@/components/RunState";
import { TimeText } from "@/components/TimeText";
import { useToasts } from "@/components/Toasts";
import { formatNumber } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import { say } from "@/lib/sayings";
import { useReadNotices } from "@/lib/useReadNotices";
import { Card, Line, Lines } from "./Card";
import type { Standing, Summary } from "./summary";

/** Runs tell their failure and their quarantine themselves; the rest is known from notices only. */
const SAID_ELSEWHERE = ["run_failed", "run_quarantined", "run_recovered"];

/** What calls for somebody: failures, what is late, rows in quarantine, notices that nobody has read. */
export function Attention({ workspace, summary, late }: { workspace: string; summary: Summary; late: Api<"Freshness">[] }) {
  const { t } = useTranslation("home");
  const { may } = useWorkspace();
  const notices = useQuery({ queryKey: ["notices", workspace, "unread"], queryFn: () => body(client.GET("/api/v1/account/notices", { params: { query: { workspace, unread: true, limit: 50 } } })) });
  const lost = useQuery({ queryKey: ["deliveries", workspace, "failed"], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/deliveries", { params: { path: { workspace }, query: { state: "failed", limit: 50 } } })), enabled: may("admin"), retry: false });
  const { read } = useReadNotices(useToasts().failed);
  const told = (notices.data?.items ?? []).filter((notice) => !SAID_ELSEWHERE.includes(notice.kind));
  const undelivered = lost.data?.items.length ?? 0;
  const count = summary.failed.length + summary.late.length + late.length + summary.quarantined.length + told.length + (undelivered > 0 ? 1 : 0);
  if (count === 0) {
    // Nobody is told that all is well before it is known, or where nothing has run.
    if (notices.isPending || !summary.standings.some(({ last }) => last)) return null;
    return (
      <Card title={t("attention.none")}>
        <Box sx={{ px: 2, pb: 2, display: "flex", gap: 1, color: "text.secondary", alignItems: "center" }}><Box component={CircleCheck} size={18} aria-hidden sx={{ color: "success.main", flexShrink: 0 }} />{t("attention.none_text")}</Box>
      </Card>
    );
  }
  return (
    <Card title={t("attention.title", { count })}>
      <Lines>
        {summary.failed.map((standing) => <OfRun key={standing.pipeline.id} workspace={workspace} standing={standing}><Marked text={messageOf(standing)} /></OfRun>)}
        {summary.late.map((schedule) => (
          <Line key={schedule.id} mark={<Box component={Clock} size={16} aria-hidden sx={{ color: "warning.main" }} />} side={schedule.next_at && <TimeText at={schedule.next_at} />}>
            <TextLink to="/w/$workspace/schedules" params={{ workspace }} search={{ view: "list", pipeline: schedule.pipeline_id }} sx={{ fontWeight: 650 }}>{summary.standings.find(({ pipeline }) => pipeline.id === schedule.pipeline_id)?.pipeline.name}</TextLink>
            <Typography variant="body2" color="textSecondary">{t("attention.late")}</Typography>
          </Line>
        ))}
        {late.map((one) => (
          <Line key={`${one.pipeline_id} ${one.target}`} mark={<Box component={Clock} size={16} aria-hidden sx={{ color: "warning.main" }} />} side={one.due_at && <TimeText at={one.due_at} />}>
            <TextLink to="/w/$workspace/pipelines/$pipeline" params={{ workspace, pipeline: one.pipeline_id }} sx={{ fontWeight: 650 }}>{one.target.slice(one.target.indexOf("/") + 1)}</TextLink>
            <Typography variant="body2" color="textSecondary">{t("attention.stale", { pipeline: one.pipeline })}</Typography>
          </Line>
        ))}
        {summary.quarantined.map((standing) => <OfRun key={standing.pipeline.id} workspace={workspace} standing={standing} tab="quarantine">{t("attention.quarantine", { count: standing.last?.rows_quarantined ?? 0, rows: formatNumber(standing.last?.rows_quarantined ?? 0) })}</OfRun>)}
        {told.map((notice) => (
          <Line key={notice.id} mark={<Box component={BellRing} size={16} aria-hidden sx={{ color: notice.severity === "error" ? "error.main" : notice.severity === "warning" ? "warning.main" : "info.main" }} />} side={<Box sx={{ display: "flex", alignItems: "center", gap: 0.5 }}><TimeText at={notice.updated_at} /><Tooltip title={t("attention.read")}><IconButton size="small" aria-label={t("attention.read_of", { title: say(notice.words.title) })} onClick={() => read(notice.id)}><Check size={16} /></IconButton></Tooltip></Box>}>
            {notice.run_id ? <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: notice.run_id }} sx={{ fontWeight: 650 }}>{say(notice.words.title)}</TextLink> : notice.pipeline_id ? <TextLink to="/w/$workspace/pipelines/$pipeline" params={{ workspace, pipeline: notice.pipeline_id }} sx={{ fontWeight: 650 }}>{say(notice.words.title)}</TextLink> : <strong>{say(notice.words.title)}</strong>}
            <Typography variant="body2" color="textSecondary"><Marked text={say(notice.words.text)} /></Typography>
          </Line>
        ))}
        {undelivered > 0 && (
          <Line mark={<Box component={MailWarning} size={16} aria-hidden sx={{ color: "warning.main" }} />}>
            <TextLink to="/w/$workspace/settings/$section" params={{ workspace, section: "notifications" }} sx={{ fontWeight: 650 }}>{t("attention.undelivered", { count: undelivered })}</TextLink>
            <Typography variant="body2" color="textSecondary">{t("attention.undelivered_text")}</Typography>
          </Line>
        )}
      </Lines>
    </Card>
  );
}

function OfRun({ workspace, standing, tab, children }: { workspace: string; standing: Standing; tab?: string; children: ReactNode }) {
  const { last } = standing;
  if (!last) return null;
  return (
    <Line mark={<RunState state={last.state.toLowerCase()} short />} side={<TimeText at={last.ended_at ?? last.created_at} />}>
      <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: last.id }} search={tab ? { tab } : {}} sx={{ fontWeight: 650 }}>{standing.pipeline.name}</TextLink>
      <Typography variant="body2" color="textSecondary" sx={{ display: "-webkit-box", WebkitLineClamp: 2, WebkitBoxOrient: "vertical", overflow: "hidden" }}>{children}</Typography>
    </Line>
  );
}

function messageOf({ last }: Standing): string {
  const fault = last?.fault as { message?: string } | null | undefined;
  return say(fault?.message ?? last?.stop_reason ?? "");
}
