import Box from "@mui/material/Box";
import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { useDrawnRows } from "@/lib/useDrawnRows";
import { useLatest } from "@/lib/useLatest";
import type { Reject } from "../requests";
import { type Corrections, fill, pasted } from "./repair";
import { RepairRow } from "./RepairRow";

interface Props {
  label: string;
  rows: Reject[];
  columns: string[];
  corrections: Corrections;
  onChange: (corrections: Corrections) => void;
  /** Why the server refused a value: by row and column. */
  refused: ReadonlyMap<string, string>;
}

/** About how high a row is: a place, and a reason of one line. */
const ROW = 62;
const HEAD = 36;
/** How far the keys go down. */
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, Enter: 1, PageDown: 10, PageUp: -10 };

/** Rows as a grid that is edited in place. Arrows go from row to row; cells of a spreadsheet can be pasted. */
export function RepairGrid({ label, rows, columns, corrections, onChange, refused }: Props) {
  const { t } = useTranslation("runs");
  const box = useRef<HTMLDivElement>(null);
  const { rows: drawn, after, measure, keep, scrollTo } = useDrawnRows({ count: rows.length, box, height: ROW });
  // A row far away is drawn first: only then there is a field that takes the focus.
  const go = (row: number, column: number) => {
    flushSync(() => keep(row));
    box.current?.querySelector<HTMLInputElement>(`[data-cell="${row}.${column}"]`)?.focus();
  };
  const first = rows.findIndex((row) => columns.some((column) => refused.has(`${row.number}.${column}`)));
  const latest = useLatest({ first, scrollTo });
  // What was refused may be out of sight.
  useEffect(() => {
    if (refused.size > 0 && latest.current.first >= 0) latest.current.scrollTo(latest.current.first, { align: "center" });
  }, [refused, latest]);
  const keys = (event: KeyboardEvent, row: number, column: number) => {
    const down = STEPS[event.key];
    if (down === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(Math.max(0, Math.min(rows.length - 1, row + down)), column);
  };
  const paste = (event: ClipboardEvent, row: number, column: number) => {
    const cells = pasted(event.clipboardData.getData("text"));
    if (!cells) return;
    event.preventDefault();
    onChange(fill(corrections, rows, columns, { row, column }, cells));
  };
  const head = { position: "sticky", top: 0, zIndex: 1, bgcolor: "background.paper", textAlign: "left", fontWeight: 600, whiteSpace: "nowrap", px: 1, py: 0.75, borderBottom: 1, borderColor: "divider" } as const;
  return (
    <Box ref={box} tabIndex={0} role="region" aria-label={label} sx={{ overflow: "auto", maxHeight: "min(60vh, 640px)", scrollPaddingTop: HEAD, border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper" }}>
      <Box component="table" aria-rowcount={rows.length + 1} sx={{ borderCollapse: "separate", borderSpacing: 0, width: "100%", fontSize: 14 }}>
        <thead>
          <tr>
            <Box component="th" scope="col" sx={{ ...head, left: 0, zIndex: 2 }}>{t("quarantine.place")}</Box>
            {columns.map((column) => <Box component="th" scope="col" key={column} sx={head}>{column}</Box>)}
          </tr>
        </thead>
        <tbody>
          {drawn.flatMap(({ index, before }) => {
            const row = rows[index];
            if (!row) return [];
            return [
              before > 0 && <tr key={`before ${row.number}`} aria-hidden style={{ height: before }} />,
              <RepairRow key={row.number} ref={measure} row={row} at={index} rows={rows} columns={columns} corrections={corrections} onChange={onChange} refused={refused} onFocus={() => keep(index)} onKey={(event, column) => keys(event, index, column)} onPaste={(event, column) => paste(event, index, column)} />,
            ];
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }} />}
        </tbody>
      </Box>
    </Box>
  );
}
