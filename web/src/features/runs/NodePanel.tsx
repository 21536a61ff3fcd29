import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { RotateCw, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isOver } from "@/components/RunState";
import { LinkButton } from "@/components/links";
import { Marked } from "@/components/Marked";
import { formatDuration, formatNumber } from "@/lib/format";
import { useKindNames } from "@/lib/useKindNames";
import { useWorkspace } from "@/lib/workspace";
import { say } from "@/lib/sayings";
import { CheckAlert } from "./CheckAlert";
import type { GraphNode } from "./graph/document";
import { nodeOf, type Standing } from "./graph/standing";
import { Output } from "./Output";
import { detailOf, type Run, type Task } from "./requests";
import { useRunDeeds } from "./useRunDeeds";

interface Props {
  run: Run;
  node: GraphNode;
  tasks: Task[];
  standing: Standing | undefined;
  onClose: () => void;
}

/** What is known of the node that was chosen in the graph. */
export function NodePanel({ run, node, tasks, standing, onClose }: Props) {
  const { t } = useTranslation("runs");
  const { slug: workspace, may } = useWorkspace();
  const titleOf = useKindNames();
  const box = useRef<HTMLElement>(null);
  // Below a high graph nobody would see that something has opened.
  useEffect(() => {
    box.current?.scrollIntoView({ block: "nearest" });
  }, [node.name]);
  const own = tasks.filter((task) => nodeOf(task.node) === node.name);
  const task = own.find((one) => one.node === node.name);
  const detail = task ? detailOf(task) : {};
  const deeds = useRunDeeds(run);
  const mayRetry = may("operator") && (run.state === "failed" || run.state === "cancelled") && task?.state !== "done" && standing?.state !== "done";
  const checks = own.flatMap((one) => detailOf(one).checks ?? []);
  const to = { to: "/w/$workspace/runs/$run" as const, params: { workspace, run: run.id } };
  return (
    <Paper ref={box} variant="outlined" component="section" aria-label={node.name} sx={{ p: 2, scrollMargin: "72px 0 16px" }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1 }}>
        <Typography variant="h2" sx={{ flex: 1 }}>{node.name} <Typography component="span" color="textSecondary">{titleOf(node.kind)}{standing && ` · ${t(`node_state.${standing.state}`)}`}</Typography></Typography>
        <IconButton size="small" aria-label={t("common:close")} onClick={onClose}><X size={16} /></IconButton>
      </Box>
      {node.description && <Typography color="textSecondary" sx={{ mt: 0.5, maxWidth: 760 }}>{node.description}</Typography>}
      {!task && standing?.rows !== undefined && <Typography sx={{ mt: 1 }}>{t("rows_count", { count: standing.rows, rows: formatNumber(standing.rows) })} {t("so_far")}</Typography>}
      {task && (
        <Typography sx={{ mt: 1 }}>
          {t("panel_counts", { count: task.rows_read, read: formatNumber(task.rows_read), written: formatNumber(task.rows_written) })}
          {task.rows_filtered > 0 && `, ${t("panel_filtered", { rows: formatNumber(task.rows_filtered) })}`}
          {task.rows_deduplicated > 0 && `, ${t("panel_deduplicated", { rows: formatNumber(task.rows_deduplicated) })}`}
          {detail.seconds != null && ` · ${formatDuration(detail.seconds)}`}
        </Typography>
      )}
      {detail.changes && <Typography color="textSecondary">{t("changes", numbers(detail.changes))}</Typography>}
      {checks.map((check) => <CheckAlert key={check.expectation} check={check} />)}
      {(detail.notes ?? []).map((note) => <Alert key={note} severity="info" sx={{ mt: 1, py: 0 }}><Marked text={say(note)} /></Alert>)}
      {node.role === "destination" && isOver(run.state) && <Output run={run} node={node.name} />}
      <Box sx={{ display: "flex", gap: 1, mt: 1.5, flexWrap: "wrap" }}>
        {mayRetry && <Button size="small" variant="contained" startIcon={<RotateCw size={14} />} disabled={deeds.isBusy} onClick={() => void deeds.retry(node.name)}>{t("retry.deed")}</Button>}
        <LinkButton {...to} search={{ tab: "logs", node: node.name }} size="small" variant="outlined">{t("to_logs")}</LinkButton>
        {(standing?.quarantined ?? 0) > 0 && <LinkButton {...to} search={{ tab: "quarantine", node: node.name }} size="small" variant="outlined">{t("to_quarantine")}</LinkButton>}
        <LinkButton to="/w/$workspace/pipelines/$pipeline" params={{ workspace, pipeline: run.pipeline_id }} search={{ node: node.name, version: run.version }} size="small" variant="outlined">{t("to_node")}</LinkButton>
      </Box>
    </Paper>
  );
}

export function numbers(changes: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, formatNumber(value)]));
}
