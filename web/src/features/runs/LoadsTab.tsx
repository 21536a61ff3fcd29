import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { PackageCheck, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { TextLink } from "@/components/links";
import { Marked } from "@/components/Marked";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { ListSkeleton } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import { say } from "@/lib/sayings";
import { numbers } from "./NodePanel";
import { Output } from "./Output";
import { type Load, loadsQuery, type Run } from "./requests";
import { useRunDeeds } from "./useRunDeeds";
import { useUndo } from "./useUndo";

/** What the run changed in which table, and taking it back. */
export function LoadsTab({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug: workspace, may } = useWorkspace();
  const deeds = useRunDeeds(run);
  const undo = useUndo(run);
  const { data, error, refetch } = useQuery(loadsQuery(workspace, run.id));
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton rows={3} text={t("loading_loads")} />;
  if (data.length === 0) return <EmptyState icon={<PackageCheck />} title={t("loads.none")} text={t("loads.none_text")} />;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 1.5 }}>
      {may("operator") && undo.why === null && (
        <Box sx={{ display: "flex", alignItems: "center", gap: 2, flexWrap: "wrap" }}>
          <Typography color="textSecondary" sx={{ flex: "1 1 300px" }}>{t("loads.undo_text")}{undo.until && <> {t("loads.until")} <TimeText at={undo.until} /></>}</Typography>
          <Button variant="outlined" color="inherit" startIcon={<Undo2 size={16} />} disabled={deeds.isBusy} onClick={() => void deeds.undo(undo.loads)}>{deeds.isUndoing ? t("undo.under_way") : t("undo.deed")}</Button>
        </Box>
      )}
      {undo.why === "under_way" && <Alert severity="info" role="status">{t("undo.under_way")}</Alert>}
      {may("operator") && undo.why === "expired" && <Typography color="textSecondary">{t("loads.expired")}</Typography>}
      {may("operator") && undo.why === "nothing_kept" && <Typography color="textSecondary">{t("loads.nothing_kept")} <Box component="code" sx={{ whiteSpace: "nowrap" }}>{"undo: { keep: 30d }"}</Box></Typography>}
      {data.map((load) => <Receipt key={load.id} run={run} load={load} workspace={workspace} isUndone={Boolean(load.undone_at ?? run.undone_at)} />)}
    </Box>
  );
}

interface Given {
  changes?: Record<string, number>;
  notes?: string[];
}

function Receipt({ run, load, workspace, isUndone }: { run: Run; load: Load; workspace: string; isUndone: boolean }) {
  const { t } = useTranslation("runs");
  const { changes, notes } = (load.receipt ?? {}) as Given;
  return (
    <Paper variant="outlined" sx={{ p: 2, opacity: isUndone ? 0.75 : 1 }}>
      <Box sx={{ display: "flex", alignItems: "baseline", gap: 1, flexWrap: "wrap" }}>
        <Typography variant="h3" component="h2" sx={{ overflowWrap: "anywhere" }}>
          {load.connection ? <TextLink to="/w/$workspace/data" params={{ workspace }} search={{ connection: load.connection, table: load.target }}>{load.connection}/{load.target}</TextLink> : load.target}
        </Typography>
        <Typography color="textSecondary">{t(`mode.${load.mode}`, { defaultValue: load.mode })} · {t("loads.by", { node: load.node })}</Typography>
        <Box sx={{ flex: 1 }} />
        <Typography variant="body2" color="textSecondary">{isUndone ? <strong>{t("undone")}</strong> : <TimeText at={load.committed_at} />}</Typography>
      </Box>
      <Typography sx={{ mt: 0.5 }}>
        {t("loads.rows", { count: load.rows_written, rows: formatNumber(load.rows_written) })}
        {changes && <Box component="span" sx={{ color: "text.secondary" }}> · {t("changes", numbers(changes))}</Box>}
      </Typography>
      {(notes ?? []).map((note) => <Typography key={note} variant="body2" color="textSecondary"><Marked text={say(note)} /></Typography>)}
      <Output run={run} node={load.node} />
    </Paper>
  );
}
