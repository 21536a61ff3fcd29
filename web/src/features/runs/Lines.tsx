import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { formatClock, formatTime } from "@/lib/format";
import { say } from "@/lib/sayings";
import type { Line } from "./requests";

interface Props {
  lines: Line[];
  /** Stay at the newest line. */
  follow: boolean;
  onMore: () => void;
  onNode: (node: string) => void;
}

const COLOR: Record<string, string> = { info: "info.main", warn: "warning.main", error: "error.main" };

/** Lines of a log. Only those in view are drawn; a click shows what else a line says. */
export function Lines({ lines, follow, onMore, onNode }: Props) {
  const { t } = useTranslation("runs");
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<Set<number>>(new Set());
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => box.current, estimateSize: () => 27, overscan: 15, getItemKey: (index) => lines[index]?.number ?? index });
  const items = virtual.getVirtualItems();
  const end = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (end >= lines.length - 20) onMore();
  }, [end, lines.length, onMore]);
  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [follow, lines.length, virtual]);
  const toggle = (number: number) => setOpen((before) => {
    const after = new Set(before);
    if (!after.delete(number)) after.add(number);
    return after;
  });
  return (
    <Box ref={box} tabIndex={0} role="log" aria-live={follow ? "polite" : "off"} aria-label={t("tab.logs")} sx={{ height: "min(62vh, 800px)", overflow: "auto", border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper", fontSize: 13 }}>
      <Box sx={{ position: "relative" }} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          const level = line.level.toLowerCase();
          const more = line.detail && Object.keys(line.detail).length > 0;
          return (
            <Box key={item.key} ref={virtual.measureElement} data-index={item.index} sx={{ position: "absolute", top: 0, left: 0, right: 0, display: "flex", flexWrap: "wrap", columnGap: 1.25, px: 1.25, py: "3px", borderBottom: 1, borderColor: "action.hover" }} style={{ transform: `translateY(${item.start}px)` }}>
              <Box component="time" dateTime={line.at} title={formatTime(line.at)} sx={{ color: "text.secondary", whiteSpace: "nowrap" }}>{formatClock(line.at)}</Box>
              <Box component="span" sx={{ color: COLOR[level], fontWeight: 600, width: { sm: 78 } }}>{t(`logs.word.${level}`)}</Box>
              {line.node && <Link component="button" variant="inherit" onClick={() => onNode(line.node ?? "")} sx={{ fontWeight: 600, verticalAlign: "baseline", minHeight: { xs: 24, sm: 0 } }}>{line.node}</Link>}
              <Box component="span" sx={{ flex: "1 1 240px", minWidth: 0, overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
                <Marked text={say(line.message)} />
                {more && <Link component="button" variant="inherit" aria-expanded={open.has(line.number)} onClick={() => toggle(line.number)} sx={{ ml: 1, color: "text.secondary" }}>{open.has(line.number) ? t("logs.less") : t("logs.more")}</Link>}
              </Box>
              {more && open.has(line.number) && <Box component="pre" sx={{ width: "100%", m: 0, mt: 0.5, p: 1, bgcolor: "action.hover", borderRadius: 1, overflow: "auto", fontSize: 12 }}>{JSON.stringify(line.detail, null, 2)}</Box>}
            </Box>
          );
        })}
      </Box>
    </Box>
  );
}
