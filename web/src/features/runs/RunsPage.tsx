import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton, TextLink } from "@/components/links";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { isOver, RunState } from "@/components/RunState";
import { TimeText } from "@/components/TimeText";
import { ListSkeleton } from "@/components/Waiting";
import { formatDuration, formatNumber } from "@/lib/format";
import { useList } from "@/lib/useList";
import { useNow } from "@/lib/useNow";
import { usePipelines } from "@/lib/usePipelines";
import { useWorkspace } from "@/lib/workspace";
import { say } from "@/lib/sayings";
import { dataOf, secondsOf } from "./data";
import { faultOf, type Run } from "./requests";
import { RunsFilters } from "./RunsFilters";
import { Trend } from "./trend/Trend";

const NEWEST = "-created";

/** What is largest comes first at the first press, for that is what one looks for. */
const turned = (name: string, before: string) => (before === `-${name}` ? name : `-${name}`);

/** From the beginning of a day where the reader is, or its end. */
function moment(day: string | undefined, daysLater: number): string | undefined {
  if (!day) return undefined;
  const at = new Date(`${day}T00:00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  at.setDate(at.getDate() + daysLater);
  return at.toISOString();
}

/** Every run of the workspace, the newest first unless another order is chosen. New ones and changes come by themselves. */
export function RunsPage() {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const search = useSearch({ from: "/inside/w/$workspace/runs" });
  const navigate = useNavigate({ from: "/w/$workspace/runs" });
  const pipelines = usePipelines(workspace);
  const { pipeline, state, cause, from, until, schedule, backfill, sort = NEWEST } = search;
  const isFiltered = [pipeline, state, cause, from, until, schedule, backfill].some(Boolean);
  // The address may hold the name of a pipeline, which people can type; the server wants its identity.
  const id = pipelines.data?.find((one) => one.name === pipeline)?.id ?? pipeline;
  const query = { pipeline: id, state: state?.split(",") as Api<"RunState">[] | undefined, cause: cause as Api<"Cause"> | undefined, from: moment(from, 0), until: moment(until, 1), schedule, backfill, sort: sort as "created", limit: 100 };
  const list = useList(["runs", workspace, "list", query], (after) => body(client.GET("/api/v1/workspaces/{workspace}/runs", { params: { path: { workspace }, query: { ...query, after } } })), !pipeline || !pipelines.isPending);
  const rows = list.rows ?? [];
  const now = useNow(1000, rows.some((run) => !isOver(run.state.toLowerCase())));
  const { nameOf } = pipelines;
  const columns = useMemo<Column<Run>[]>(
    () => [
      { key: "state", title: t("list.state"), cell: (run) => <State run={run} /> },
      { key: "pipeline", title: t("list.pipeline"), cell: (run) => <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: run.id }} sx={{ fontWeight: 600, color: "text.primary", overflowWrap: { xs: "anywhere", sm: "break-word" } }}>{nameOf(run.pipeline_id)}</TextLink> },
      { key: "data", title: t("list.data"), wide: true, cell: (run) => <Box component="span" sx={{ whiteSpace: "nowrap" }}>{dataOf(run)}</Box> },
      { key: "at", sort: "created", title: t("list.at"), cell: (run) => <Started run={run} /> },
      { key: "duration", sort: "duration", title: t("list.duration"), right: true, wide: true, cell: (run) => { const seconds = secondsOf(run, now); return seconds === null ? "–" : formatDuration(isOver(run.state.toLowerCase()) ? seconds : Math.floor(seconds)); } },
      { key: "written", sort: "written", title: t("list.written"), right: true, wide: true, cell: (run) => formatNumber(run.rows_written) },
      { key: "quarantined", sort: "quarantined", title: t("list.quarantined"), right: true, wide: true, cell: (run) => (run.rows_quarantined > 0 ? <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: run.id }} search={{ tab: "quarantine" }} sx={{ color: "quarantine.main", fontWeight: 600 }}>{formatNumber(run.rows_quarantined)}</TextLink> : <Box component="span" sx={{ color: "text.secondary" }}>0</Box>) },
    ],
    [t, workspace, nameOf, now],
  );
  return (
    <Page>
      <PageHeader title={t("title")} text={t("text")} />
      <RunsFilters search={search} pipelines={pipelines.data ?? []} onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true })} onReset={isFiltered ? () => void navigate({ search: { sort: search.sort } }) : undefined} />
      {pipeline && sort === NEWEST && rows.length > 0 && <Trend workspace={workspace} runs={rows} />}
      {list.error ? (
        <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.rows ? (
        <ListSkeleton text={t("loading_runs")} />
      ) : rows.length === 0 ? (
        isFiltered ? (
          <EmptyState icon={<Play />} title={t("nothing_found")} text={t("nothing_found_text")} action={<Button variant="outlined" onClick={() => void navigate({ search: {} })}>{t("reset")}</Button>} />
        ) : (
          <EmptyState icon={<Play />} title={t("none")} text={t("none_text")} action={<LinkButton to="/w/$workspace/pipelines" params={{ workspace }} variant="contained">{t("to_pipelines")}</LinkButton>} />
        )
      ) : (
        <DataTable label={t("title")} columns={columns} rows={rows} rowKey={(run) => run.id} onOpen={(run) => void navigate({ to: "/w/$workspace/runs/$run", params: { workspace, run: run.id } })} sort={sort} onSort={(chosen) => { const next = turned(chosen.replace("-", ""), sort); void navigate({ search: (before) => ({ ...before, sort: next === NEWEST ? undefined : next }), replace: true }); }} onMore={list.more} isLoadingMore={list.isLoadingMore} />
      )}
    </Page>
  );
}

/** When, and below it what for: a column of its own would leave names of pipelines no room. */
function Started({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  return (
    <Box sx={{ py: 0.25, whiteSpace: { sm: "nowrap" } }}>
      <TimeText at={run.started_at ?? run.created_at} />
      <Box sx={{ display: { xs: "none", sm: "block" }, fontSize: 12, color: "text.secondary" }}>{t(`cause.${run.cause.toLowerCase()}`)}</Box>
    </Box>
  );
}

/** On phones only the mark; what went wrong says itself when one rests on it. */
function State({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  return (
    <Box title={say(faultOf(run)?.message ?? "")} sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: 1, maxWidth: { sm: 170, xl: "none" } }}>
      {/* The longest state takes two lines rather than the room of the names beside it. */}
      <Box sx={{ display: { xs: "none", sm: "block" }, "& > span": { whiteSpace: "normal" } }}><RunState state={run.state.toLowerCase()} /></Box>
      <Box sx={{ display: { sm: "none" } }}><RunState state={run.state.toLowerCase()} short /></Box>
      {run.undone_at && <Box component="span" sx={{ color: "text.secondary", fontSize: 12, whiteSpace: "nowrap" }}>{t("undone")}</Box>}
    </Box>
  );
}
