import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, ShieldCheck, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { ProblemAlert } from "@/components/ProblemAlert";
import { isOver } from "@/components/RunState";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import { useDebounced } from "@/lib/useDebounced";
import { useList } from "@/lib/useList";
import { usePipelines } from "@/lib/usePipelines";
import { useWorkspace } from "@/lib/workspace";
import { groupsQuery, type Run } from "../requests";
import { useRunDeeds } from "../useRunDeeds";
import { exportRejects } from "./export";
import { Groups } from "./Groups";
import { merge } from "./merge";
import { Rejects } from "./Rejects";

/** Rows that could not go on: why, how many, and each as it was. */
export function QuarantineTab({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug: workspace, may } = useWorkspace();
  const mayRead = may("operator");
  const toasts = useToasts();
  const deeds = useRunDeeds(run);
  const pipelines = usePipelines(workspace);
  const { node, search: wanted = "" } = useSearch({ from: "/inside/w/$workspace/runs/$run" });
  const navigate = useNavigate({ from: "/w/$workspace/runs/$run" });
  const [text, setText] = useState(wanted);
  const [seen, setSeen] = useState(wanted);
  // Another address, from a group or the way back, fills the field.
  if (seen !== wanted) {
    setSeen(wanted);
    setText(wanted);
  }
  const settled = useDebounced(text.trim(), 250);
  useEffect(() => {
    if (settled === text.trim() && settled !== wanted.trim()) void navigate({ search: { tab: "quarantine", node, search: settled || undefined }, replace: true, resetScroll: false });
  }, [settled, text, wanted, node, navigate]);
  const [exported, setExported] = useState<number | null>(null);
  const groups = useQuery(groupsQuery(workspace, run.id));
  const path = { workspace, run: run.id };
  const read = (after: string | undefined, limit: number) => body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/quarantine", { params: { path, query: { node, search: wanted || undefined, after, limit } } }));
  const list = useList(["runs", workspace, run.id, "quarantine", node, wanted], (after) => read(after, 100), mayRead);
  const choose = (next: { node?: string; search?: string }) => void navigate({ search: { tab: "quarantine", ...next }, replace: true, resetScroll: false });

  if (groups.error) return <ProblemAlert error={groups.error} onRetry={() => void groups.refetch()} />;
  if (!groups.data) return <ListSkeleton text={t("loading_quarantine")} />;
  if (groups.data.length === 0) {
    const removed = run.rows_quarantined > 0 && isOver(run.state.toLowerCase());
    return <EmptyState icon={<ShieldCheck />} title={removed ? t("quarantine.emptied") : t("quarantine.none")} text={removed ? t("quarantine.emptied_text") : t("quarantine.none_text")} />;
  }
  const save = async () => {
    setExported(0);
    try {
      await exportRejects((after) => read(after, 1000), `${pipelines.nameOf(run.pipeline_id)}-${run.id}.csv`, setExported);
    } catch (error) {
      toasts.failed(error);
    } finally {
      setExported(null);
    }
  };
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      <Box component="p" sx={{ color: "text.secondary", m: 0 }}>{t("quarantine.text")}</Box>
      <Groups groups={merge(groups.data)} node={node} search={wanted} onChoose={choose} isChoice={mayRead} />
      {!mayRead && <Box component="p" sx={{ color: "text.secondary", m: 0 }}>{t("quarantine.hidden")}</Box>}
      {mayRead && (
        <>
          <Box sx={{ display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center" }}>
            <TextField type="search" label={t("quarantine.search")} value={text} onChange={(event) => setText(event.target.value)} sx={{ flex: "1 1 240px", width: "auto" }} />
            {node && <Button variant="outlined" color="inherit" onClick={() => choose({ search: wanted || undefined })}>{t("quarantine.only", { node })}</Button>}
            <Button variant="outlined" startIcon={<Download size={16} />} disabled={exported !== null || !list.rows?.length} onClick={() => void save()}>{exported === null ? t("quarantine.export") : t("quarantine.exporting", { rows: formatNumber(exported) })}</Button>
            {isOver(run.state.toLowerCase()) && <Button variant="outlined" color="error" startIcon={<Trash2 size={16} />} disabled={deeds.isBusy} onClick={() => void deeds.clear()}>{t("clear.deed")}</Button>}
          </Box>
          {list.error ? <ProblemAlert error={list.error} onRetry={() => void list.refetch()} /> : !list.rows ? <ListSkeleton text={t("loading_quarantine")} /> : list.rows.length === 0 ? <Box component="p" sx={{ color: "text.secondary" }}>{t("quarantine.nothing")}</Box> : <Rejects rows={list.rows} onMore={list.more} isLoadingMore={list.isLoadingMore} />}
        </>
      )}
    </Box>
  );
}
