import { useTheme } from "@mui/material/styles";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";

const COUNT = 14;
const WIDTH = 7;
const GAP = 2;
const HEIGHT = 28;

/** The last runs of a pipeline, the newest on the right: height is the duration, colour the end. */
export function Spark({ runs }: { runs: Api<"Run">[] }) {
  const { t } = useTranslation("home");
  const { vars } = useTheme();
  const colors: Record<string, string | undefined> = { done: vars?.palette.success.main, quarantined: vars?.palette.quarantine.main, failed: vars?.palette.error.main, running: vars?.palette.info.main, failing: vars?.palette.warning.main };
  const shown = runs.slice(0, COUNT).reverse();
  const longest = Math.max(...shown.map((run) => run.seconds ?? 0), 0.001);
  const failed = shown.filter((run) => run.state.toLowerCase() === "failed").length;
  const label = `${t("spark.runs", { count: shown.length })}${failed > 0 ? `, ${t("spark.failed", { count: failed })}` : ""}`;
  return (
    <svg width={COUNT * (WIDTH + GAP)} height={HEIGHT} role="img" aria-label={label}>
      {shown.map((run, index) => {
        const height = Math.max(3, ((run.seconds ?? 0) / longest) * HEIGHT);
        return <rect key={run.id} x={(COUNT - shown.length + index) * (WIDTH + GAP)} y={HEIGHT - height} width={WIDTH} height={height} rx={1.5} fill={colors[run.state.toLowerCase()] ?? vars?.palette.queued.main} />;
      })}
    </svg>
  );
}
