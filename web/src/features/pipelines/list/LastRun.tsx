import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { TextLink } from "@/components/links";
import { RunState } from "@/components/RunState";
import { TimeText } from "@/components/TimeText";

/** How a pipeline ended last. */
export function LastRun({ slug, run }: { slug: string; run: Api<"LastRun"> | null | undefined }) {
  const { t } = useTranslation("pipelines");
  if (!run) return <Box component="span" sx={{ color: "text.secondary" }}>{t("never_run")}</Box>;
  return (
    <TextLink to="/w/$workspace/runs/$run" params={{ workspace: slug, run: run.id }} sx={{ color: "text.primary", display: "inline-block" }}>
      <Box component="span" sx={{ display: { xs: "none", sm: "inline" } }}><RunState state={run.state as string} /></Box>
      <Box component="span" sx={{ display: { sm: "none" } }}><RunState state={run.state as string} short /></Box>
      <Box component="span" sx={{ display: "block", fontSize: 12, color: "text.secondary" }}><TimeText at={run.ended_at ?? run.started_at ?? run.created_at} /></Box>
    </TextLink>
  );
}
