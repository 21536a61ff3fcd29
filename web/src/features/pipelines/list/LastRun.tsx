import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { TextLink } from "@/components/links";
import { RunState } from "@/components/RunState";
import { TimeText } from "@/components/TimeText";

interface Props {
  slug: string;
  pipeline: string;
  run: Api<"Run"> | undefined;
  /** Whether no run means that there was none. */
  known: boolean;
}

/** How a pipeline ended last. Runs that are long ago are asked for one by one. */
export function LastRun({ slug, pipeline, run, known }: Props) {
  const { t } = useTranslation("pipelines");
  const asked = useQuery({ queryKey: ["runs", slug, "last", pipeline], queryFn: async () => (await body(client.GET("/api/v1/workspaces/{workspace}/runs", { params: { path: { workspace: slug }, query: { pipeline, limit: 1 } } }))).items[0] ?? null, enabled: !run && !known });
  const found = run ?? asked.data;
  if (!found) return <Box component="span" sx={{ color: "text.secondary" }}>{known || asked.data === null ? t("never_run") : ""}</Box>;
  return (
    <TextLink to="/w/$workspace/runs/$run" params={{ workspace: slug, run: found.id }} sx={{ color: "text.primary", display: "inline-block" }}>
      <Box component="span" sx={{ display: { xs: "none", sm: "inline" } }}><RunState state={found.state as string} /></Box>
      <Box component="span" sx={{ display: { sm: "none" } }}><RunState state={found.state as string} short /></Box>
      <Box component="span" sx={{ display: "block", fontSize: 12, color: "text.secondary" }}><TimeText at={found.ended_at ?? found.started_at ?? found.created_at} /></Box>
    </TextLink>
  );
}
