import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { formatNumber } from "@/lib/format";

type ColumnInfo = Api<"Column">;

interface Props {
  label: string;
  columns: ColumnInfo[];
  rows: unknown[][];
  height?: number | string;
  /** More in the head of a column: a mark, a menu. */
  head?: (column: ColumnInfo, index: number) => ReactNode;
  /** Asks for more rows when the last ones come into view. */
  onMore?: () => void;
}

const ROW = 30;
const NUMBER = /^u?int|^float|^decimal/;
const WIDTHS: [RegExp, number][] = [
  [/^bool/, 80],
  [NUMBER, 110],
  [/^date$/, 110],
  [/^time/, 190],
];

/** Rows of data as they are: typed heads, numbers on the right, what is missing said as such. Only what is in view is drawn. */
export function RowsTable({ label, columns, rows, height = 360, head, onMore }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 20 });
  const last = lines.getVirtualItems().at(-1)?.index ?? -1;
  const isAtEnd = rows.length > 0 && last >= rows.length - 20;
  useEffect(() => {
    if (isAtEnd) onMore?.();
  }, [isAtEnd, onMore, rows.length]);
  const width = (column: ColumnInfo) => WIDTHS.find(([type]) => type.test(column.type))?.[1] ?? Math.min(280, Math.max(120, column.name.length * 9 + 40));
  const template = `56px ${columns.map((column) => `minmax(${width(column)}px, 1fr)`).join(" ")}`;
  return (
    <Box ref={box} role="table" tabIndex={0} aria-label={label} aria-rowcount={rows.length + 1} aria-colcount={columns.length} sx={{ height, overflow: "auto", border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper", fontSize: 13 }}>
      <Box sx={{ minWidth: "max-content" }} role="rowgroup">
        <Box role="row" sx={{ display: "grid", gridTemplateColumns: template, position: "sticky", top: 0, zIndex: 1, bgcolor: "background.paper", borderBottom: 1, borderColor: "divider" }}>
          <Box role="columnheader" sx={{ px: 1, py: 0.75, color: "text.secondary" }}>#</Box>
          {columns.map((column, index) => (
            <Box key={column.name} role="columnheader" sx={{ px: 1, py: 0.75, minWidth: 0, position: "relative", textAlign: !head && NUMBER.test(column.type) ? "right" : "left" }}>
              {/* Marks and menus stand on the right, where a name would be below them. */}
              <Tooltip title={`${column.name}: ${column.type}${column.nullable ? `, ${t("column.nullable")}` : ""}`}>
                <Box sx={{ fontWeight: 650, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{column.name}</Box>
              </Tooltip>
              <Box sx={{ fontSize: 11, color: "text.secondary" }}>{column.type}</Box>
              {head?.(column, index)}
            </Box>
          ))}
        </Box>
        <Box sx={{ height: lines.getTotalSize(), position: "relative" }}>
          {lines.getVirtualItems().map((line) => (
            <Box key={line.key} role="row" aria-rowindex={line.index + 2} sx={{ display: "grid", gridTemplateColumns: template, position: "absolute", top: 0, left: 0, right: 0, height: ROW, alignItems: "center", borderBottom: 1, borderColor: "action.hover" }} style={{ transform: `translateY(${line.start}px)` }}>
              <Box role="rowheader" sx={{ px: 1, color: "text.secondary" }}>{formatNumber(line.index + 1)}</Box>
              {columns.map((column, index) => <Cell key={column.name} value={rows[line.index]?.[index]} type={column.type} />)}
            </Box>
          ))}
        </Box>
      </Box>
    </Box>
  );
}

function Cell({ value, type }: { value: unknown; type: string }) {
  const { t } = useTranslation();
  const isMissing = value === null || value === undefined;
  const text = isMissing ? t("column.null") : typeof value === "object" ? JSON.stringify(value) : String(value);
  return (
    <Box role="cell" title={text.length > 24 ? text : undefined} sx={{ px: 1, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "pre", textAlign: NUMBER.test(type) ? "right" : "left", ...(isMissing && { color: "text.secondary", fontStyle: "italic" }) }}>
      {text}
    </Box>
  );
}
