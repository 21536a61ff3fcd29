import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { type ClipboardEvent, type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { say } from "@/lib/sayings";
import type { Reject } from "../requests";
import { MONO, placeOf } from "./shown";
import { alike, correct, type Corrections, fill, pasted, valueOf, valuesOf } from "./repair";

interface Props {
  label: string;
  rows: Reject[];
  columns: string[];
  corrections: Corrections;
  onChange: (corrections: Corrections) => void;
  /** Why the server refused a value: by row and column. */
  refused: ReadonlyMap<string, string>;
}

/** Rows as a grid that is edited in place. Arrows go from row to row; cells of a spreadsheet can be pasted. */
export function RepairGrid({ label, rows, columns, corrections, onChange, refused }: Props) {
  const { t } = useTranslation("runs");
  const box = useRef<HTMLDivElement>(null);
  const go = (row: number, column: number) => box.current?.querySelector<HTMLInputElement>(`[data-cell="${row}.${column}"]`)?.focus();
  const keys = (event: KeyboardEvent, row: number, column: number) => {
    const down = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key];
    if (down === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(row + down, column);
  };
  const paste = (event: ClipboardEvent, row: number, column: number) => {
    const cells = pasted(event.clipboardData.getData("text"));
    if (!cells) return;
    event.preventDefault();
    onChange(fill(corrections, rows, columns, { row, column }, cells));
  };
  const head = { position: "sticky", top: 0, zIndex: 1, bgcolor: "background.paper", textAlign: "left", fontWeight: 600, whiteSpace: "nowrap", px: 1, py: 0.75, borderBottom: 1, borderColor: "divider" } as const;
  const side = { position: { md: "sticky" }, left: 0, bgcolor: "background.paper", verticalAlign: "top", px: 1, py: 0.75, minWidth: { xs: 130, sm: 180 }, maxWidth: { xs: 160, sm: 320 }, borderBottom: 1, borderColor: "divider" } as const;
  return (
    <Box ref={box} tabIndex={0} role="region" aria-label={label} sx={{ overflow: "auto", maxHeight: "min(60vh, 640px)", border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper" }}>
      <Box component="table" sx={{ borderCollapse: "separate", borderSpacing: 0, width: "100%", fontSize: 14 }}>
        <thead>
          <tr>
            <Box component="th" scope="col" sx={{ ...head, left: 0, zIndex: 2 }}>{t("quarantine.place")}</Box>
            {columns.map((column) => <Box component="th" scope="col" key={column} sx={head}>{column}</Box>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={row.number}>
              <Box component="th" scope="row" sx={{ ...side, textAlign: "left", fontWeight: 400 }}>
                <Box sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{placeOf(row.place)}</Box>
                <Box sx={{ color: "text.secondary", fontSize: 12.5, overflowWrap: "anywhere" }}>{say(row.reason)}</Box>
                {valuesOf(row) === null && <Box component="code" sx={{ display: "block", fontFamily: MONO, fontSize: 12, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{row.original}</Box>}
              </Box>
              {columns.map((column, index) => {
                const value = valueOf(row, column, corrections);
                const isCorrected = column in (corrections.get(row.number) ?? {});
                const isMisfit = row.column === column && !isCorrected;
                const why = refused.get(`${row.number}.${column}`);
                const same = isCorrected ? alike(rows, row, column, corrections) : [];
                return (
                  <Box component="td" key={column} sx={{ verticalAlign: "top", p: 0.5, borderBottom: 1, borderColor: "divider" }}>
                    <Box
                      component="input"
                      data-cell={`${at}.${index}`}
                      value={value ?? ""}
                      placeholder={t("repair.no_value")}
                      aria-label={t("repair.cell", { column, place: placeOf(row.place) })}
                      aria-invalid={isMisfit || why !== undefined}
                      spellCheck={false}
                      onChange={(event) => onChange(correct(corrections, row, column, event.target.value === "" ? null : event.target.value))}
                      onKeyDown={(event) => keys(event, at, index)}
                      onPaste={(event) => paste(event, at, index)}
                      sx={{ font: "inherit", fontFamily: MONO, fontSize: 13, color: "text.primary", bgcolor: "transparent", border: 1, borderColor: why ? "error.main" : isMisfit ? "quarantine.main" : isCorrected ? "success.main" : "divider", borderRadius: 1, px: 0.75, py: 0.5, width: "100%", minWidth: 110, boxSizing: "border-box", "&::placeholder": { color: "text.secondary", opacity: 1 } }}
                    />
                    {why && <Box sx={{ color: "error.main", fontSize: 12.5, maxWidth: 240 }}>{say(why)}</Box>}
                    {same.length > 0 && <Button size="small" sx={{ mt: 0.25, textAlign: "left" }} onClick={() => onChange(same.reduce((all, other) => correct(all, other, column, value), corrections))}>{t("repair.alike", { count: same.length })}</Button>}
                  </Box>
                );
              })}
            </tr>
          ))}
        </tbody>
      </Box>
    </Box>
  );
}
