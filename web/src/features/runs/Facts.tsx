import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isOver } from "@/components/RunState";
import { TextLink } from "@/components/links";
import { TimeText } from "@/components/TimeText";
import { formatBytes, formatDuration, formatNumber, formatPercent, formatShort } from "@/lib/format";
import { useNow } from "@/lib/useNow";
import { usePeople } from "@/lib/usePeople";
import { useWorkspace } from "@/lib/workspace";
import { dataOf, secondsOf } from "./data";
import type { Run } from "./requests";
import type { Progress } from "./useProgress";

/** The numbers of a run at a glance. They move while it runs. */
export function Facts({ run, progress }: { run: Run; progress: Progress | null }) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const person = usePeople(workspace)(run.started_by);
  const state = run.state.toLowerCase();
  const now = useNow(1000, !isOver(state));
  const seconds = secondsOf(run, now);
  const loads = [...(progress?.loads.values() ?? [])];
  const soFar = loads.reduce((sum, load) => sum + load.rows, 0);
  const perSecond = loads.reduce((sum, load) => sum + load.perSecond, 0);
  const fractions = loads.flatMap((load) => load.fraction ?? []);
  const fraction = fractions.length > 0 ? Math.min(...fractions) : null;
  const isLive = !isOver(state);
  return (
    <Paper variant="outlined" sx={{ p: 2 }}>
      {state === "running" && (
        <Box sx={{ mb: 2 }}>
          <LinearProgress aria-label={t("progress")} variant={fraction === null ? "indeterminate" : "determinate"} value={(fraction ?? 0) * 100} sx={{ borderRadius: 1 }} />
          <Typography variant="body2" color="textSecondary" role="status" sx={{ mt: 0.5 }}>
            {fraction === null ? t("moving") : t("moving_share", { share: formatPercent(fraction) })}
            {perSecond > 0 && ` · ${t("per_second", { rows: formatShort(perSecond) })}`}
          </Typography>
        </Box>
      )}
      <Box component="dl" sx={{ m: 0, display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(150px, 1fr))", gap: 2 }}>
        <Fact name={t("fact.data")}>{dataOf(run)}</Fact>
        <Fact name={t("fact.started")}>{run.started_at ? <TimeText at={run.started_at} /> : t("not_yet")}</Fact>
        <Fact name={t("fact.duration")}>{seconds === null ? "–" : formatDuration(isLive ? Math.floor(seconds) : seconds)}</Fact>
        {!isLive && <Fact name={t("fact.read")}>{formatNumber(run.rows_read)}</Fact>}
        <Fact name={isLive ? t("fact.written_so_far") : t("fact.written")}>{formatNumber(isLive ? Math.max(soFar, run.rows_written) : run.rows_written)}</Fact>
        {(!isLive || run.rows_quarantined > 0) && (
          <Fact name={t("fact.quarantined")}>
            {run.rows_quarantined > 0 ? <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: run.id }} search={{ tab: "quarantine" }} sx={{ color: "quarantine.main" }}>{formatNumber(run.rows_quarantined)}</TextLink> : formatNumber(0)}
          </Fact>
        )}
        {run.peak_memory != null && <Fact name={t("fact.memory")}>{formatBytes(run.peak_memory)}</Fact>}
        {person && <Fact name={t("fact.by")}>{person}</Fact>}
        {run.targets.length > 0 && <Fact name={t("fact.targets")} isWide>{run.targets.length > 2 ? t("targets_more", { first: run.targets[0], count: run.targets.length - 1 }) : run.targets.join(", ")}</Fact>}
      </Box>
    </Paper>
  );
}

function Fact({ name, isWide, children }: { name: string; isWide?: boolean; children: ReactNode }) {
  return (
    <Box sx={{ minWidth: 0, gridColumn: isWide ? { xs: "1 / -1", sm: "span 2", md: "span 3" } : undefined }}>
      <Typography component="dt" variant="caption" color="textSecondary">{name}</Typography>
      <Typography component="dd" sx={{ m: 0, fontWeight: 600, overflowWrap: "anywhere" }}>{children}</Typography>
    </Box>
  );
}
