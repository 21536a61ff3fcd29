import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber, formatPercent } from "@/lib/format";
import { statisticsOf } from "../model/statistics";

/** Below the name of a column: how its values are spread, what is missing, how many differ. Over the rows that are shown. */
export function ColumnMark({ type, values }: { type: string; values: unknown[] }) {
  const { t } = useTranslation("pipelines");
  const found = useMemo(() => statisticsOf(type, values), [type, values]);
  const highest = Math.max(1, ...found.bars.map((bar) => bar.count));
  const share = found.rows > 0 ? found.missing / found.rows : 0;
  const words = t("column_marks", { distinct: formatNumber(found.distinct), missing: formatPercent(share) });
  const title = (
    <Box sx={{ fontSize: 12 }}>
      <div>{words}</div>
      {found.least !== undefined && <div>{t("column_range", { least: found.least, most: found.most })}</div>}
      {found.kind === "values" && found.bars.slice(0, 6).map((bar) => <div key={bar.label}>{bar.label === "" ? "″″" : bar.label.slice(0, 40)} · {formatNumber(bar.count)}</div>)}
      <div>{t("column_over", { count: found.rows, rows: formatNumber(found.rows) })}</div>
    </Box>
  );
  return (
    <Tooltip title={title}>
      {/* The details are for who goes there by key as well. */}
      <Box role="img" aria-label={words} tabIndex={0} sx={{ mt: 0.5, borderRadius: 0.5, "&:focus-visible": { outline: "2px solid", outlineColor: "primary.main", outlineOffset: 2 } }}>
        <Box sx={{ display: "flex", alignItems: "flex-end", gap: "1px", height: 22 }}>
          {found.bars.map((bar, index) => <Box key={index} sx={{ flex: 1, maxWidth: 22, bgcolor: "primary.main", opacity: 0.55, borderRadius: "1px" }} style={{ height: bar.count === 0 ? 0 : `${Math.max(8, (bar.count / highest) * 100)}%` }} />)}
        </Box>
        <Box sx={{ display: "flex", height: 3, mt: "2px", borderRadius: 1, overflow: "hidden", bgcolor: "action.hover" }}>
          <Box sx={{ bgcolor: "success.main" }} style={{ width: `${(1 - share) * 100}%` }} />
          <Box sx={{ bgcolor: "error.main" }} style={{ width: `${share * 100}%` }} />
        </Box>
      </Box>
    </Tooltip>
  );
}
