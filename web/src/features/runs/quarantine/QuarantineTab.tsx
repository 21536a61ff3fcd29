import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, ShieldCheck, Trash2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverUrl } from "@/api/base";
import { body, client } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { ProblemAlert } from "@/components/ProblemAlert";
import { isOver } from "@/components/RunState";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { useDebounced } from "@/lib/useDebounced";
import { useList } from "@/lib/useList";
import { useWorkspace } from "@/lib/workspace";
import { groupsQuery, rejectingQuery, type Reject, type Run } from "../requests";
import { useRunDeeds } from "../useRunDeeds";
import { Deeds } from "./Deeds";
import { Groups } from "./Groups";
import { merge } from "./merge";
import { Rejects } from "./Rejects";
import { Repair } from "./Repair";

const STANDINGS = ["open", "repairing", "repaired", "again", "dismissed"] as const;
type Standing = (typeof STANDINGS)[number];

/** Rows that could not go on: why, how many, each as it was, and what can be done about them. */
export function QuarantineTab({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug: workspace, may } = useWorkspace();
  const mayRead = may("operator");
  const toasts = useToasts();
  const deeds = useRunDeeds(run);
  const { node, search: wanted = "" } = useSearch({ from: "/inside/w/$workspace/runs/$run" });
  const navigate = useNavigate({ from: "/w/$workspace/runs/$run" });
  const [text, setText] = useState(wanted);
  const [seen, setSeen] = useState(wanted);
  const [standing, setStanding] = useState<Standing | "">("");
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [repairing, setRepairing] = useState<Reject[] | null>(null);
  const [isBack, setIsBack] = useState(false);
  // Another address, from a group or the way back, fills the field.
  if (seen !== wanted) {
    setSeen(wanted);
    setText(wanted);
  }
  const settled = useDebounced(text.trim(), 250);
  useEffect(() => {
    if (settled === text.trim() && settled !== wanted.trim()) void navigate({ search: { tab: "quarantine", node, search: settled || undefined }, replace: true, resetScroll: false });
  }, [settled, text, wanted, node, navigate]);
  const groups = useQuery(groupsQuery(workspace, run.id));
  const merged = useMemo(() => merge(groups.data ?? []), [groups.data]);
  // The words of a reason are those of the server; the reason itself is seen to be chosen, in the language of the page.
  const isGroup = merged.some((group) => group.node === node && group.search === wanted);
  const nodes = useQuery(rejectingQuery(workspace, run.id));
  const path = { workspace, run: run.id };
  const query = { node, search: wanted || undefined, standing: standing ? [standing] : undefined };
  const list = useList(["runs", workspace, run.id, "quarantine", standing, node, wanted], (after) => body(client.GET("/api/v1/workspaces/{workspace}/runs/{run}/quarantine", { params: { path, query: { ...query, after, limit: 100 } } })), mayRead);
  const choose = (next: { node?: string; search?: string }) => void navigate({ search: { tab: "quarantine", ...next }, replace: true, resetScroll: false });

  // Before what is asked of the server: corrections stay, whatever it says meanwhile.
  if (repairing) {
    const close = () => {
      setRepairing(null);
      setIsBack(true);
    };
    const done = (runs: Run[], count: number) => {
      toasts.done(t("repair.done", { count, runs: runs.length }));
      setChosen(new Set());
      close();
    };
    return <Repair run={run} rows={repairing} nodes={nodes.data ?? []} onDone={done} onClose={close} />;
  }
  if (groups.error) return <ProblemAlert error={groups.error} onRetry={() => void groups.refetch()} />;
  if (!groups.data) return <ListSkeleton text={t("loading_quarantine")} />;
  if (groups.data.length === 0) {
    const removed = run.rows_quarantined > 0 && isOver(run.state.toLowerCase());
    return <EmptyState icon={<ShieldCheck />} title={removed ? t("quarantine.emptied") : t("quarantine.none")} text={removed ? t("quarantine.emptied_text") : t("quarantine.none_text")} />;
  }
  const rows = list.rows ?? [];
  const isEnded = isOver(run.state.toLowerCase());
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      <Box component="p" sx={{ color: "text.secondary", m: 0 }}>{t("quarantine.text")}</Box>
      <Groups groups={merged} node={node} search={wanted} onChoose={choose} isChoice={mayRead} />
      {!mayRead && <Box component="p" sx={{ color: "text.secondary", m: 0 }}>{t("quarantine.hidden")}</Box>}
      {mayRead && (
        <>
          <Box sx={{ display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center" }}>
            <TextField type="search" label={t("quarantine.search")} value={isGroup && text === wanted ? "" : text} onChange={(event) => setText(event.target.value)} sx={{ flex: "1 1 240px", width: "auto" }} />
            <TextField select label={t("quarantine.standing")} value={standing} onChange={(event) => setStanding(event.target.value as Standing | "")} sx={{ width: "auto", minWidth: 190 }} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{t("quarantine.any_standing")}</MenuItem>
              {STANDINGS.map((one) => <MenuItem key={one} value={one}>{t(`standing.${one}`)}</MenuItem>)}
            </TextField>
            {node && <Button variant="outlined" color="inherit" onClick={() => choose({ search: wanted || undefined })}>{t("quarantine.only", { node })}</Button>}
            <Button variant="outlined" component="a" href={exportUrl(workspace, run.id, query)} download startIcon={<Download size={16} />}>{t("quarantine.export")}</Button>
            {isEnded && <Button variant="outlined" color="error" startIcon={<Trash2 size={16} />} disabled={deeds.isBusy} onClick={() => void deeds.clear()}>{t("clear.deed")}</Button>}
          </Box>
          {isEnded && <Deeds run={run} takesKeys={isBack} rows={rows.filter((row) => chosen.has(row.number))} onRepair={setRepairing} onDone={() => setChosen(new Set())} />}
          {list.error ? <ProblemAlert error={list.error} onRetry={() => void list.refetch()} /> : !list.rows ? <ListSkeleton text={t("loading_quarantine")} /> : rows.length === 0 ? <Box component="p" sx={{ color: "text.secondary" }}>{t("quarantine.nothing")}</Box> : <Rejects rows={rows} chosen={isEnded ? chosen : undefined} onChoose={setChosen} onMore={list.more} isLoadingMore={list.isLoadingMore} />}
        </>
      )}
    </Box>
  );
}

/** The address of the same rows as a file. */
function exportUrl(workspace: string, run: string, query: { node?: string; search?: string; standing?: string[] }): string {
  const params = new URLSearchParams();
  if (query.node) params.set("node", query.node);
  if (query.search) params.set("search", query.search);
  if (query.standing) params.set("standing", query.standing.join(","));
  const text = params.toString();
  return serverUrl(`/api/v1/workspaces/${encodeURIComponent(workspace)}/runs/${encodeURIComponent(run)}/quarantine/export${text && `?${text}`}`);
}
