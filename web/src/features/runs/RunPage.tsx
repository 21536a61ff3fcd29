import Box from "@mui/material/Box";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RunState } from "@/components/RunState";
import { TimeText } from "@/components/TimeText";
import { ListSkeleton } from "@/components/Waiting";
import { TextLink } from "@/components/links";
import { formatNumber } from "@/lib/format";
import { usePipelines } from "@/lib/usePipelines";
import { useWorkspace } from "@/lib/workspace";
import { CountsTab } from "./CountsTab";
import { LoadsTab } from "./LoadsTab";
import { LogsTab } from "./LogsTab";
import { OverviewTab } from "./OverviewTab";
import { QuarantineTab } from "./quarantine/QuarantineTab";
import { FaultAlert } from "./FaultAlert";
import { type Run, runQuery } from "./requests";
import { RunActions } from "./RunActions";
import { TimelineTab } from "./TimelineTab";

const TABS = ["overview", "timeline", "counts", "logs", "quarantine", "loads"] as const;

/** One run: how it stands, what it did, what can be done. */
export function RunPage() {
  const { t } = useTranslation("runs");
  const { slug } = useWorkspace();
  const { run: id } = useParams({ from: "/inside/w/$workspace/runs/$run" });
  const { tab: wanted } = useSearch({ from: "/inside/w/$workspace/runs/$run" });
  const navigate = useNavigate({ from: "/w/$workspace/runs/$run" });
  const { data: run, error, refetch } = useQuery(runQuery(slug, id));
  const pipelines = usePipelines(slug);
  const tab = TABS.find((one) => one === wanted) ?? "overview";
  const back = { label: t("title"), to: "/w/$workspace/runs" as const, params: { workspace: slug } };
  if (!run) {
    return (
      <Page>
        <PageHeader title={t("one")} back={back} />
        {error ? <ProblemAlert error={error} onRetry={() => void refetch()} /> : <ListSkeleton text={t("loading_run")} />}
      </Page>
    );
  }
  const name = pipelines.nameOf(run.pipeline_id);
  return (
    <Page>
      <PageHeader
        title={name}
        back={back}
        mark={<RunState state={run.state.toLowerCase()} />}
        text={<Subtitle run={run} />}
        actions={<RunActions run={run} />}
      />
      <FaultAlert run={run} />
      <Tabs value={tab} onChange={(_, next: string) => void navigate({ search: next === "overview" ? {} : { tab: next }, replace: true })} variant="scrollable" allowScrollButtonsMobile sx={{ mb: 2, borderBottom: 1, borderColor: "divider" }} aria-label={t("tabs")}>
        {TABS.map((one) => <Tab key={one} id={`tab-${one}`} aria-controls={tab === one ? "tab-panel" : undefined} value={one} label={one === "quarantine" && run.rows_quarantined > 0 ? `${t("tab.quarantine")} (${formatNumber(run.rows_quarantined)})` : t(`tab.${one}`)} />)}
      </Tabs>
      <Box role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
        {tab === "overview" && <OverviewTab run={run} />}
        {tab === "timeline" && <TimelineTab run={run} />}
        {tab === "counts" && <CountsTab run={run} />}
        {tab === "logs" && <LogsTab run={run} />}
        {tab === "quarantine" && <QuarantineTab run={run} />}
        {tab === "loads" && <LoadsTab run={run} />}
      </Box>
    </Page>
  );
}

function Subtitle({ run }: { run: Run }) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  return (
    <>
      {run.cause === "repair" && run.event_key ? <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: run.event_key }} search={{ tab: "quarantine" }} underline="always">{t("cause.repair")}</TextLink> : t(`cause.${run.cause}`)} · <TimeText at={run.created_at} />
      {" · "}
      <TextLink to="/w/$workspace/pipelines/$pipeline" params={{ workspace, pipeline: run.pipeline_id }} search={{ version: run.version }} underline="always">{t("version", { number: run.version })}</TextLink>
      {run.attempt > 1 && ` · ${t("attempt", { number: run.attempt })}`}
      {run.undone_at && <> · <strong>{t("undone")}</strong></>}
    </>
  );
}
