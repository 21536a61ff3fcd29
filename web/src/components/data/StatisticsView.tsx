import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { formatNumber, formatPercent } from "@/lib/format";
import { Histogram } from "./Histogram";
import type { Statistics } from "./statistics";
import { shown } from "./values";

/** What the values of one column look like. `distinct` below 0 is not known. */
export function StatisticsView({ found, type }: { found: Statistics; type: string }) {
  const { t } = useTranslation();
  const present = found.rows - found.missing;
  const facts: [string, string][] = [
    [t("column.rows"), formatNumber(found.rows)],
    [t("column.missing"), found.rows === 0 ? "0" : `${formatNumber(found.missing)} (${formatPercent(found.missing / found.rows, 1)})`],
  ];
  if (found.distinct >= 0) facts.push([t("column.distinct"), formatNumber(found.distinct)]);
  if (found.min !== undefined) facts.push([t("column.min"), shown(found.min, type)], [t("column.max"), shown(found.max, type)]);
  if (found.mean !== undefined) facts.push([t("column.mean"), formatNumber(Number(found.mean.toPrecision(6)))]);
  return (
    <Box>
      <Box component="dl" sx={{ m: 0, display: "grid", gridTemplateColumns: "auto minmax(0, 1fr)", columnGap: 2, rowGap: 0.75, "& dt": { color: "text.secondary" }, "& dd": { m: 0, fontWeight: 600, overflowWrap: "anywhere" } }}>
        {facts.map(([name, value]) => <Box key={name} sx={{ display: "contents" }}><dt>{name}</dt><dd>{value}</dd></Box>)}
      </Box>
      {found.bins.length > 1 && (
        <Box sx={{ mt: 2.5 }}>
          <Typography variant="h3" sx={{ mb: 1 }}>{t("column.spread")}</Typography>
          <Histogram bins={found.bins} inTime={found.inTime} />
        </Box>
      )}
      {found.top.length > 0 && found.distinct !== present && (
        <Box sx={{ mt: 2.5 }}>
          <Typography variant="h3" sx={{ mb: 1 }}>{t("column.top")}</Typography>
          <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
            {found.top.map(({ value, count }) => (
              <Box component="li" key={value} sx={{ position: "relative", display: "flex", gap: 2, justifyContent: "space-between", px: 1, py: 0.5, mb: 0.5, borderRadius: 0.5, overflow: "hidden" }}>
                <Box aria-hidden sx={{ position: "absolute", inset: 0, right: "auto", bgcolor: "action.selected" }} style={{ width: `${(count / Math.max(1, present)) * 100}%` }} />
                <Box sx={{ position: "relative", overflowWrap: "anywhere" }}>{value === "" ? <em>{t("column.empty_text")}</em> : value}</Box>
                <Box sx={{ position: "relative", whiteSpace: "nowrap", fontSize: 13 }}>{formatNumber(count)} · {formatPercent(count / Math.max(1, present))}</Box>
              </Box>
            ))}
          </Box>
        </Box>
      )}
    </Box>
  );
}
