import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ListSkeleton } from "@/components/Waiting";
import { useNow } from "@/lib/useNow";
import { usePipelines } from "@/lib/usePipelines";
import { useWorkspace } from "@/lib/workspace";
import { Attention } from "./Attention";
import { FirstSteps } from "./FirstSteps";
import { Freshness } from "./Freshness";
import { NextRuns } from "./NextRuns";
import { Recent } from "./Recent";
import { Running } from "./Running";
import { lateTargets, summarize } from "./summary";
import { schedulesQuery } from "@/lib/schedules";

/** What ran, what failed, what is late, what waits: each leads to where something can be done about it. */
export function HomePage() {
  const { t } = useTranslation("home");
  const { slug: workspace, membership } = useWorkspace();
  const now = useNow(30_000);
  const pipelines = usePipelines(workspace);
  const runs = useQuery({ queryKey: ["runs", workspace, "home"], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/runs", { params: { path: { workspace }, query: { limit: 500 } } })) });
  const schedules = useQuery(schedulesQuery(workspace));
  const fresh = useQuery({ queryKey: ["runs", workspace, "freshness"], queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/freshness", { params: { path: { workspace } } }))).items, refetchInterval: 120_000 });
  const error = pipelines.error ?? runs.error ?? schedules.error;
  const title = membership?.name ?? t("title");
  if (!pipelines.data || !runs.data || !schedules.data) {
    return (
      <Page>
        <PageHeader title={title} />
        {error ? <ProblemAlert error={error} onRetry={() => { void pipelines.refetch(); void runs.refetch(); void schedules.refetch(); }} /> : <ListSkeleton text={t("loading")} />}
      </Page>
    );
  }
  const found = summarize(pipelines.inUse, runs.data.items, schedules.data, now);
  const isNew = pipelines.inUse.length === 0 || runs.data.items.length === 0;
  return (
    <Page>
      <PageHeader title={title} text={isNew ? t("welcome") : undefined} />
      {isNew && <FirstSteps workspace={workspace} hasPipeline={pipelines.inUse.length > 0} hasSchedule={schedules.data.length > 0} />}
      {pipelines.inUse.length > 0 && (
        <Box sx={{ display: "grid", gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1.7fr) minmax(0, 1fr)" }, gap: 2, alignItems: "start" }}>
          <Column>
            <Attention workspace={workspace} summary={found} late={lateTargets(found, fresh.data ?? [])} />
            <Running workspace={workspace} runs={found.running} nameOf={pipelines.nameOf} now={now} />
            <Recent workspace={workspace} standings={found.standings} />
          </Column>
          <Column>
            <NextRuns workspace={workspace} schedules={found.next} nameOf={pipelines.nameOf} />
            {fresh.data && <Freshness workspace={workspace} fresh={fresh.data} />}
            <ProblemAlert error={fresh.error} onRetry={() => void fresh.refetch()} />
          </Column>
        </Box>
      )}
    </Page>
  );
}

function Column({ children }: { children: React.ReactNode }) {
  return <Box sx={{ display: "flex", flexDirection: "column", gap: 2, minWidth: 0 }}>{children}</Box>;
}
