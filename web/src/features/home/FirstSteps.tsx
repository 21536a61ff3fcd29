import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleCheck, CircleDashed, FlaskConical } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { serverUrl } from "@/api/base";
import { type Api, body, changeHeaders, client } from "@/api/client";
import { problemOf } from "@/api/problem";
import { queries } from "@/api/query";
import { LinkButton } from "@/components/links";
import { ProblemAlert } from "@/components/ProblemAlert";
import { connectionsQuery } from "@/lib/connections";
import { newName } from "@/lib/newName";
import { useWorkspace } from "@/lib/workspace";
import { SAMPLE_DATABASE, SAMPLE_NAME, sampleSales } from "./sample";

/** What a new workspace needs, step by step; each step leads to where it is done. */
export function FirstSteps({ workspace, hasPipeline, hasSchedule }: { workspace: string; hasPipeline: boolean; hasSchedule: boolean }) {
  const { t } = useTranslation("home");
  const { may } = useWorkspace();
  const navigate = useNavigate();
  const connections = useQuery({ queryKey: ["connections", workspace, "any"], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/connections", { params: { path: { workspace }, query: { limit: 1 } } })) });
  const uploads = useQuery({ queryKey: ["uploads", workspace, "any"], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/uploads", { params: { path: { workspace }, query: { limit: 1 } } })), enabled: may("operator") });
  const sample = useMutation({
    mutationFn: async () => ({ made: await upload(workspace), to: await sampleDatabase(workspace, t("first.sample_database")) }),
    onSuccess: async ({ made, to }) => {
      await Promise.all([queries.invalidateQueries({ queryKey: ["uploads"] }), queries.invalidateQueries({ queryKey: ["connections"] })]);
      await navigate({ to: "/w/$workspace/pipelines/new", params: { workspace }, search: { upload: made.id, sample: to } });
    },
  });
  if (!may("editor")) return <Typography color="textSecondary" sx={{ mb: 2 }}>{t("first.viewer")}</Typography>;
  const hasConnection = (connections.data?.items.length ?? 0) > 0;
  const hasUpload = (uploads.data?.items.length ?? 0) > 0;
  return (
    <Paper variant="outlined" component="section" aria-labelledby="first-steps" sx={{ p: { xs: 2, md: 3 }, mb: 2, maxWidth: 860 }}>
      <Typography variant="h2" id="first-steps">{t("first.title")}</Typography>
      <Typography color="textSecondary" sx={{ mb: 1.5 }}>{t("first.text")}</Typography>
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        <Step isDone={hasConnection} title={t("first.connection")} text={t("first.connection_text")} action={<LinkButton size="small" variant="outlined" to="/w/$workspace/connections/new" params={{ workspace }}>{t("first.connection_deed")}</LinkButton>} />
        <Step isDone={hasUpload} title={t("first.upload")} text={t("first.upload_text")} action={<LinkButton size="small" variant="outlined" to="/w/$workspace/files" params={{ workspace }}>{t("first.upload_deed")}</LinkButton>} />
        <Step isDone={hasPipeline} title={t("first.pipeline")} text={t("first.pipeline_text")} action={<LinkButton size="small" variant="outlined" to="/w/$workspace/pipelines/new" params={{ workspace }}>{t("first.pipeline_deed")}</LinkButton>} />
        <Step isDone={hasSchedule} title={t("first.schedule")} text={t("first.schedule_text")} action={hasPipeline && <LinkButton size="small" variant="outlined" to="/w/$workspace/schedules" params={{ workspace }} search={{ schedule: "new" }}>{t("first.schedule_deed")}</LinkButton>} />
      </Box>
      {!hasPipeline && (
        <Box sx={{ display: "flex", gap: 1.5, alignItems: "center", flexWrap: "wrap", mt: 2, p: 2, borderRadius: 1, bgcolor: "action.hover" }}>
          <Box sx={{ flex: "1 1 280px" }}>
            <Typography sx={{ fontWeight: 650 }}>{t("first.sample")}</Typography>
            <Typography variant="body2" color="textSecondary">{t("first.sample_text")}</Typography>
          </Box>
          <Button variant="contained" startIcon={<FlaskConical size={16} />} loading={sample.isPending} loadingPosition="start" onClick={() => sample.mutate()}>{t("first.sample_deed")}</Button>
        </Box>
      )}
      <ProblemAlert error={sample.error} />
    </Paper>
  );
}

function Step({ isDone, title, text, action }: { isDone: boolean; title: string; text: string; action: ReactNode }) {
  const { t } = useTranslation("home");
  return (
    <Box component="li" sx={{ display: "flex", gap: 1.5, py: 1.25, borderTop: 1, borderColor: "divider", alignItems: "flex-start", flexWrap: "wrap" }}>
      <Box component={isDone ? CircleCheck : CircleDashed} size={20} role="img" aria-label={isDone ? t("first.done") : t("first.open")} sx={{ color: isDone ? "success.main" : "text.secondary", mt: "2px", flexShrink: 0 }} />
      <Box sx={{ flex: "1 1 240px" }}>
        <Typography sx={{ fontWeight: 650 }}>{title}</Typography>
        <Typography variant="body2" color="textSecondary">{text}</Typography>
      </Box>
      {!isDone && action}
    </Box>
  );
}

/** Name of the database that the sample is loaded into: a file of the workspace, made when it is not there yet. */
async function sampleDatabase(workspace: string, description: string): Promise<string> {
  const there = await queries.fetchQuery({ ...connectionsQuery(workspace), staleTime: 0 });
  const known = there.find((one) => one.connector === "sqlite" && (one.settings as { path?: unknown }).path === SAMPLE_DATABASE);
  if (known) return known.name;
  const name = newName(there, "sample");
  return (await body(client.POST("/api/v1/workspaces/{workspace}/connections", { params: { path: { workspace } }, body: { name, connector: "sqlite", description, settings: { path: SAMPLE_DATABASE } as never } }))).name;
}

/** Uploads a small file of sales; the typed client does not send bodies of bytes. */
async function upload(workspace: string): Promise<Api<"Upload">> {
  const address = serverUrl(`/api/v1/workspaces/${encodeURIComponent(workspace)}/uploads?name=${SAMPLE_NAME}`);
  const response = await fetch(address, { method: "POST", body: new Blob([sampleSales()]), headers: { "content-type": "application/octet-stream", ...changeHeaders() }, credentials: "same-origin" });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as Api<"Upload">;
}
