import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import { ListChecks } from "lucide-react";
import { useTranslation } from "react-i18next";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { TextLink } from "@/components/links";
import { ProblemAlert } from "@/components/ProblemAlert";
import { isOver } from "@/components/RunState";
import { ListSkeleton } from "@/components/Waiting";
import { formatDuration, formatNumber } from "@/lib/format";
import { useKindNames } from "@/lib/useKindNames";
import { useWorkspace } from "@/lib/workspace";
import { nodeOf } from "./graph/standing";
import { detailOf, type Run, type Task, tasksQuery } from "./requests";

/** What became of every row, node by node: nothing leaves without a number. */
export function CountsTab({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const titleOf = useKindNames();
  const { data, error, refetch } = useQuery(tasksQuery(workspace, run.id));
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton text={t("loading_counts")} />;
  if (data.length === 0) return <EmptyState icon={<ListChecks />} title={isOver(run.state.toLowerCase()) ? t("counts.none") : t("counts.later")} text={isOver(run.state.toLowerCase()) ? t("counts.none_text") : t("counts.later_text")} />;
  const number = (value: number) => (value === 0 ? <Box component="span" sx={{ color: "text.secondary" }}>0</Box> : formatNumber(value));
  return (
    <>
      <Box component="p" sx={{ color: "text.secondary", mt: 0 }}>{t("counts.rule")}</Box>
      <DataTable
        label={t("tab.counts")}
        rows={data}
        rowKey={(task) => task.node}
        columns={[
          { key: "node", title: t("counts.node"), cell: (task) => <><Box component="span" sx={{ fontWeight: 600 }}>{task.node.includes(":") ? t("counts.checks_of", { node: nodeOf(task.node) }) : task.node}</Box> <Box component="span" sx={{ color: "text.secondary" }}>{titleOf(task.kind)}</Box></> },
          { key: "read", title: t("counts.read"), right: true, cell: (task) => number(task.rows_read) },
          { key: "written", title: t("counts.written"), right: true, cell: (task) => number(task.rows_written) },
          { key: "filtered", title: t("counts.filtered"), right: true, wide: true, cell: (task) => number(task.rows_filtered) },
          { key: "deduplicated", title: t("counts.deduplicated"), right: true, wide: true, cell: (task) => number(task.rows_deduplicated) },
          { key: "quarantined", title: t("counts.quarantined"), right: true, cell: (task) => (task.rows_quarantined > 0 ? <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: run.id }} search={{ tab: "quarantine", node: nodeOf(task.node) }} sx={{ color: "quarantine.main", fontWeight: 600 }}>{formatNumber(task.rows_quarantined)}</TextLink> : number(0)) },
          { key: "adds", title: t("counts.adds"), wide: true, cell: (task) => <Adds task={task} /> },
          { key: "seconds", title: t("counts.seconds"), right: true, wide: true, cell: (task) => { const { seconds } = detailOf(task); return seconds == null || !isComplete(task) ? "–" : formatDuration(seconds); } },
        ]}
      />
    </>
  );
}

/** While rows are on their way, and where they stopped on it, there is nothing to add up. */
const isComplete = (task: Task) => task.state === "done";

/** Whether the counts add up; nodes that make rows anew are told from those where rows went missing. */
function Adds({ task }: { task: Task }) {
  const { t } = useTranslation("runs");
  if (!isComplete(task)) return <>–</>;
  if (detailOf(task).reshapes) return <Box component="span" sx={{ color: "text.secondary", whiteSpace: "nowrap" }}>{t("counts.reshapes")}</Box>;
  const sum = task.rows_written + task.rows_filtered + task.rows_deduplicated + task.rows_quarantined;
  if (sum === task.rows_read) return <Box component="span" sx={{ color: "success.main" }}>{t("counts.adds_up")}</Box>;
  return <Box component="span" sx={{ color: "warning.main", fontWeight: 600 }}>{t("counts.differs", { count: task.rows_read - sum, rows: formatNumber(task.rows_read - sum) })}</Box>;
}
