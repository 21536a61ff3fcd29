import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Colors } from "@/components/chart/colors";
import { Waiting } from "@/components/Waiting";
import { formatDuration, formatNumber } from "@/lib/format";
import type { Run } from "../requests";
import { drawTrend, inOrder, summaryOf } from "./trend";

const Chart = lazy(() => import("@/components/chart/Chart"));
const FEWEST = 3;
const HEIGHT = 190;

/** How the rows and the durations of one pipeline went from run to run. A run that is chosen opens; the list below has them all. */
export function Trend({ workspace, runs }: { workspace: string; runs: Run[] }) {
  const { t } = useTranslation("runs");
  const navigate = useNavigate();
  const shown = useMemo(() => inOrder(runs), [runs]);
  const draw = useCallback(
    (colors: Colors) => drawTrend(shown, { written: t("list.written"), quarantined: t("list.quarantined"), duration: t("list.duration"), state: (state) => t(`common:run_state.${state}`) }, colors),
    [shown, t],
  );
  if (shown.length < FEWEST) return null;
  const { count, failed, least, most, longest } = summaryOf(shown);
  const label = `${t("trend.label", { count, least: formatNumber(least), most: formatNumber(most), longest: formatDuration(longest) })}${failed > 0 ? ` ${t("trend.failed", { count: failed })}` : ""}`;
  return (
    <Paper variant="outlined" sx={{ p: 2, mb: 2 }}>
      <Typography variant="h2" sx={{ fontSize: 15, mb: 1 }}>{t("trend.title", { count })}</Typography>
      <Suspense fallback={<Waiting text={t("trend.loading")} />}>
        <Chart
          draw={draw}
          label={label}
          height={HEIGHT}
          onChoose={(index) => {
            const run = shown[index];
            if (run) void navigate({ to: "/w/$workspace/runs/$run", params: { workspace, run: run.id } });
          }}
        />
      </Suspense>
    </Paper>
  );
}
