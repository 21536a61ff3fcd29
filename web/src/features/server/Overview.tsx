import Chip from "@mui/material/Chip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { Problem } from "@/api/problem";
import { type Column, DataTable } from "@/components/DataTable";
import { TextLink } from "@/components/links";
import { Facts, Panel } from "@/components/Panel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { ListSkeleton } from "@/components/Waiting";
import { formatBytes, formatNumber } from "@/lib/format";
import { say } from "@/lib/sayings";
import { SettingsOfFile } from "./SettingsOfFile";
import { useServer } from "./useServer";

type Worker = Api<"Worker">;
const PAUSE = 10_000;
/** Workers say every few seconds that they live; after this many seconds something is wrong. */
const SILENT = 30;

/** How the server is: its parts, its workers, its settings. */
export function Overview() {
  const { t } = useTranslation("server");
  const { query, server } = useServer();
  return (
    <>
      <Health />
      <Usage />
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending && <ListSkeleton rows={3} text={t("loading")} />}
      {server && (
        <Panel title={t("facts")}>
          <Facts
            facts={[
              [t("version"), server.version],
              [t("started"), <TimeText key="started" at={server.started_at} />],
              [t("store"), t(`stores.${server.store}`, server.store)],
              [t("people_count"), <TextLink key="people" to="/server/$section" params={{ section: "people" }} sx={{ textDecoration: "underline" }}>{formatNumber(server.people)}</TextLink>],
              [t("mail"), server.sends_mail ? t("mail_yes") : t("mail_no")],
            ]}
          />
        </Panel>
      )}
      <Workers />
      {server && <SettingsOfFile settings={server.settings as Record<string, unknown>} />}
    </>
  );
}

function Health() {
  const { t } = useTranslation("server");
  const ready = useQuery({ queryKey: ["server", "ready"], queryFn: () => body(client.GET("/health/ready")), refetchInterval: PAUSE, retry: false });
  const ok = ready.data?.status === "ok";
  const status = ready.error instanceof Problem ? say(ready.error.message) : ready.data?.status;
  return (
    <Panel
      title={t("health")}
      text={ready.isPending ? t("health_loading") : ok ? t("health_good") : t("health_bad", { status })}
      action={!ready.isPending && <Chip color={ok ? "success" : "error"} label={ok ? t("works") : t("troubled")} />}
    >
      <Typography variant="body2" color="textSecondary">{t("health_where")} <code>/health/live</code>, <code>/health/ready</code>, <code>/metrics</code>. <TextLink to="/help/$" params={{ _splat: "guides/server" }} hash="what-is-watched" sx={{ textDecoration: "underline" }}>{t("health_help")}</TextLink></Typography>
    </Panel>
  );
}

/** How much of what the server has is in use. */
function Usage() {
  const { t } = useTranslation("server");
  const usage = useQuery({ queryKey: ["server", "usage"], queryFn: () => body(client.GET("/api/v1/server/usage")), refetchInterval: PAUSE });
  const { data } = usage;
  const bytes = (value: number | null | undefined) => (value == null ? t("unknown") : formatBytes(value));
  return (
    <Panel title={t("usage")}>
      <ProblemAlert error={usage.error} onRetry={() => void usage.refetch()} />
      {usage.isPending && <ListSkeleton rows={2} text={t("loading_usage")} />}
      {data && (
        <Facts
          facts={[
            [t("running"), formatNumber(data.runs_running)],
            [t("queued"), formatNumber(data.runs_queued)],
            [t("waiting"), formatNumber(data.messages_waiting)],
            [t("memory"), bytes(data.memory_bytes)],
            [t("store_size"), bytes(data.store_bytes)],
            [t("disk_free"), bytes(data.free_bytes)],
          ]}
        />
      )}
    </Panel>
  );
}

function Workers() {
  const { t } = useTranslation("server");
  const workers = useQuery({ queryKey: ["server", "workers"], queryFn: () => body(client.GET("/api/v1/server/workers")), refetchInterval: PAUSE });
  const isSilent = (worker: Worker) => workers.dataUpdatedAt - new Date(worker.heartbeat_at).getTime() > SILENT * 1000;
  const columns: Column<Worker>[] = [
    { key: "name", title: t("worker"), cell: (worker) => worker.name },
    { key: "state", title: t("state"), cell: (worker) => (isSilent(worker) ? <Chip size="small" color="error" label={t("silent")} /> : worker.draining ? <Chip size="small" color="warning" label={t("draining")} /> : <Chip size="small" color="success" variant="outlined" label={t("working")} />) },
    { key: "capacity", title: t("capacity"), right: true, cell: (worker) => formatNumber(worker.capacity) },
    { key: "heartbeat", title: t("heartbeat"), wide: true, cell: (worker) => <TimeText at={worker.heartbeat_at} /> },
    { key: "started", title: t("started"), wide: true, cell: (worker) => <TimeText at={worker.started_at} /> },
    { key: "version", title: t("version"), wide: true, cell: (worker) => worker.version },
  ];
  return (
    <Panel title={t("workers")} text={t("workers_text")}>
      <ProblemAlert error={workers.error} onRetry={() => void workers.refetch()} />
      {workers.isPending && <ListSkeleton rows={1} text={t("loading_workers")} />}
      {workers.data?.items.length === 0 && <Typography variant="body2" color="error">{t("no_workers")}</Typography>}
      {workers.data && workers.data.items.length > 0 && <DataTable label={t("workers")} columns={columns} rows={workers.data.items} rowKey={(worker) => worker.id} />}
    </Panel>
  );
}
