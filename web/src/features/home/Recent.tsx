import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { LinkButton, TextLink } from "@/components/links";
import { RunState } from "@/components/RunState";
import { TimeText } from "@/components/TimeText";
import { formatDuration, formatNumber } from "@/lib/format";
import { Card, Line, Lines } from "./Card";
import { Spark } from "./Spark";
import type { Standing } from "./summary";

const FIRST = 12;

/** Each pipeline with its last runs as bars: how long they took, and how they ended. */
export function Recent({ workspace, standings }: { workspace: string; standings: Standing[] }) {
  const { t } = useTranslation("home");
  return (
    <Card title={t("recent.title")} action={<LinkButton size="small" to="/w/$workspace/runs" params={{ workspace }}>{t("recent.all")}</LinkButton>}>
      <Lines>
        {standings.slice(0, FIRST).map(({ pipeline, runs }) => {
          const newest = runs[0];
          return (
            <Line key={pipeline.id} mark={newest && <RunState state={newest.state.toLowerCase()} short />} side={newest ? <Box sx={{ display: "flex", alignItems: "center", gap: 2 }}><Box sx={{ display: { xs: "none", sm: "block" } }}><TextLink to="/w/$workspace/runs" params={{ workspace }} search={{ pipeline: pipeline.name }} title={t("recent.trend", { pipeline: pipeline.name })} sx={{ display: "block" }}><Spark runs={runs} /></TextLink></Box><Box sx={{ minWidth: { sm: 120 } }}><TimeText at={newest.started_at ?? newest.created_at} /></Box></Box> : t("recent.never")}>
              {newest ? <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: newest.id }} sx={{ fontWeight: 650, color: "text.primary" }}>{pipeline.name}</TextLink> : <TextLink to="/w/$workspace/pipelines/$pipeline" params={{ workspace, pipeline: pipeline.id }} sx={{ fontWeight: 650, color: "text.primary" }}>{pipeline.name}</TextLink>}
              {newest && newest.seconds != null && <Box sx={{ color: "text.secondary", fontSize: 13 }}>{t("recent.rows", { count: newest.rows_written, rows: formatNumber(newest.rows_written) })} · {formatDuration(newest.seconds)}</Box>}
            </Line>
          );
        })}
      </Lines>
      {standings.length > FIRST && <Box sx={{ px: 2, py: 1, borderTop: 1, borderColor: "divider" }}><TextLink to="/w/$workspace/pipelines" params={{ workspace }}>{t("recent.pipelines", { count: standings.length })}</TextLink></Box>}
    </Card>
  );
}
