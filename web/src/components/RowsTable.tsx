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
  /** More in the head of a column, below its name: a mark. */
  head?: (column: ColumnInfo, index: number) => ReactNode;
  /** And beside its name: a menu. */
  corner?: (column: ColumnInfo) => ReactNode;
  /** What stands where there are no rows. */
  empty?: string;
  /** What the rows are chosen and ordered by, once they are: others are shown from the first one on. */
  by?: string;
  /** Asks for more rows when the last ones come into view. */
  onMore?: () => void;
}

const ROW = 30;
/** Room that is supposed until it is known: as much is drawn at once, and not in a second go. */
const ROOM = { width: 1200, height: 300 };
/** One style for all cells, said by the table: a table has thousands of them. */
const CELLS = {
  "& .cell": { px: 1, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "pre" },
  "& .number": { textAlign: "right" },
  "& .missing": { color: "text.secondary", fontStyle: "italic" },
  "& .line": { display: "grid", position: "absolute", top: 0, left: 0, right: 0, height: ROW, alignItems: "center", borderBottom: 1, borderColor: "action.hover" },
  "& .place": { px: 1, color: "text.secondary" },
} as const;
const NUMBER = /^u?int|^float|^decimal/;
const WIDTHS: [RegExp, number][] = [
  [/^bool/, 80],
  [NUMBER, 110],
  [/^date$/, 110],
  [/^time/, 190],
];

const isNumber = (type: string) => NUMBER.test(type);

/** Rows of data as they are: typed heads, numbers on the right, what is missing said as such. Only what is in view is drawn. */
export function RowsTable({ label, columns, rows, height = 360, head, corner, empty, by, onMore }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 20, initialRect: ROOM });
  const missing = t("column.null");
  const last = lines.getVirtualItems().at(-1)?.index ?? -1;
  const isAtEnd = rows.length > 0 && last >= rows.length - 20;
  useEffect(() => {
    if (isAtEnd) onMore?.();
  }, [isAtEnd, onMore, rows.length]);
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
  }, [by]);
  const width = (column: ColumnInfo) => Math.max(WIDTHS.find(([type]) => type.test(column.type))?.[1] ?? 120, Math.min(280, column.name.length * 9 + 40));
  // What room there is, is shared in proportion: equal shares would make all as wide as the widest.
  const template = `56px ${columns.map(width).map((one) => `minmax(${one}px, ${one}fr)`).join(" ")}`;
  return (
    <Box ref={box} role="table" tabIndex={0} aria-label={label} aria-rowcount={rows.length + 1} aria-colcount={columns.length} sx={{ height, overflow: "auto", border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper", fontSize: 13, ...CELLS }}>
      <Box sx={{ minWidth: "max-content" }} role="rowgroup">
        <Box role="row" sx={{ display: "grid", gridTemplateColumns: template, position: "sticky", top: 0, zIndex: 1, bgcolor: "background.paper", borderBottom: 1, borderColor: "divider" }}>
          <Box role="columnheader" sx={{ px: 1, py: 0.75, color: "text.secondary" }}>#</Box>
          {columns.map((column, index) => (
            <Box key={column.name} role="columnheader" sx={{ px: 1, py: 0.75, minWidth: 0 }}>
              <Box sx={{ display: "flex", gap: 0.25, alignItems: "flex-start" }}>
                <Box sx={{ flex: 1, minWidth: 0, textAlign: isNumber(column.type) ? "right" : "left" }}>
                  <Tooltip title={`${column.name}: ${column.type}${column.nullable ? `, ${t("column.nullable")}` : ""}`}>
                    <Box sx={{ fontWeight: 650, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{column.name}</Box>
                  </Tooltip>
                  <Box sx={{ fontSize: 11, color: "text.secondary" }}>{column.type}</Box>
                </Box>
                {corner?.(column)}
              </Box>
              {head?.(column, index)}
            </Box>
          ))}
        </Box>
        {rows.length === 0 && empty && <Box role="row"><Box role="cell" sx={{ position: "sticky", left: 0, width: "fit-content", px: 1.5, py: 1.25, color: "text.secondary" }}>{empty}</Box></Box>}
        <Box sx={{ height: lines.getTotalSize(), position: "relative" }}>
          {lines.getVirtualItems().map((line) => (
            <div key={line.key} role="row" aria-rowindex={line.index + 2} className="line" style={{ gridTemplateColumns: template, transform: `translateY(${line.start}px)` }}>
              <div role="rowheader" className="place">{formatNumber(line.index + 1)}</div>
              {columns.map((column, index) => <Cell key={column.name} value={rows[line.index]?.[index]} type={column.type} missing={missing} />)}
            </div>
          ))}
        </Box>
      </Box>
    </Box>
  );
}

function Cell({ value, type, missing }: { value: unknown; type: string; missing: string }) {
  const isMissing = value === null || value === undefined;
  const text = isMissing ? missing : typeof value === "object" ? JSON.stringify(value) : String(value);
  const look = `cell${isNumber(type) ? " number" : ""}${isMissing ? " missing" : ""}`;
  return <div role="cell" className={look} title={text.length > 24 ? text : undefined}>{text}</div>;
}
