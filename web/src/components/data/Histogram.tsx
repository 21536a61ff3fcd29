import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { useTranslation } from "react-i18next";
import { formatDay, formatNumber, formatTime } from "@/lib/format";
import type { Bin } from "./statistics";

interface Props {
  bins: Bin[];
  inTime?: boolean;
  height?: number;
  /** Small ones, as in lists, have no ends written below. */
  small?: boolean;
}

/** How values spread, as bars. The same is read out as text. */
export function Histogram({ bins, inTime = false, height = 84, small }: Props) {
  const { t } = useTranslation();
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const [first, last] = [bins[0], bins.at(-1)];
  if (!first || !last) return null;
  const text = (value: number) => (!inTime ? formatNumber(Number(value.toPrecision(6))) : last.to - first.from > 3 * 86_400_000 ? formatDay(new Date(value), "UTC") : formatTime(new Date(value), "UTC"));
  const label = bins.map((bin) => t("bin", { from: text(bin.from), to: text(bin.to), number: formatNumber(bin.count) })).join("; ");
  return (
    <Box role="img" aria-label={label}>
      <Box aria-hidden sx={{ display: "flex", alignItems: "flex-end", gap: "1px", height }}>
        {bins.map((bin) => (
          <Tooltip key={bin.from} title={t("bin", { from: text(bin.from), to: text(bin.to), number: formatNumber(bin.count) })} disableInteractive>
            <Box sx={{ flex: 1, height: "100%", display: "flex", alignItems: "flex-end", minWidth: 2, "&:hover > *": { bgcolor: "secondary.main" } }}>
              <Box sx={{ width: "100%", bgcolor: "primary.main", borderRadius: "2px 2px 0 0" }} style={{ height: bin.count === 0 ? 0 : `max(2px, ${(bin.count / most) * 100}%)` }} />
            </Box>
          </Tooltip>
        ))}
      </Box>
      {!small && (
        <Box aria-hidden sx={{ display: "flex", justifyContent: "space-between", fontSize: 12, color: "text.secondary", borderTop: 1, borderColor: "divider", pt: 0.5, gap: 1 }}>
          <span>{text(first.from)}</span>
          <span>{text(last.to)}</span>
        </Box>
      )}
    </Box>
  );
}
