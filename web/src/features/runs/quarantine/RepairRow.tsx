import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import type { ClipboardEvent, KeyboardEvent, Ref } from "react";
import { useTranslation } from "react-i18next";
import { Marked } from "@/components/Marked";
import { placeOf } from "@/lib/place";
import { say } from "@/lib/sayings";
import type { Reject } from "../requests";
import { alike, correct, type Corrections, valueOf, valuesOf } from "./repair";
import { MONO } from "./shown";

interface Props {
  ref: Ref<HTMLTableRowElement> | undefined;
  row: Reject;
  /** Its place among the rows. */
  at: number;
  rows: Reject[];
  columns: string[];
  corrections: Corrections;
  onChange: (corrections: Corrections) => void;
  refused: ReadonlyMap<string, string>;
  onFocus: () => void;
  onKey: (event: KeyboardEvent, column: number) => void;
  onPaste: (event: ClipboardEvent, column: number) => void;
}

/** A row that is corrected: where it stood and why it is here, and its values in fields. */
export function RepairRow({ ref, row, at, rows, columns, corrections, onChange, refused, onFocus, onKey, onPaste }: Props) {
  const { t } = useTranslation("runs");
  return (
    <tr ref={ref} data-index={at} aria-rowindex={at + 2} onFocus={onFocus}>
      <Box component="th" scope="row" sx={{ position: { md: "sticky" }, left: 0, bgcolor: "background.paper", verticalAlign: "top", px: 1, py: 0.75, minWidth: { xs: 130, sm: 180 }, maxWidth: { xs: 160, sm: 320 }, borderBottom: 1, borderColor: "divider", textAlign: "left", fontWeight: 400 }}>
        <Box sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{placeOf(row.place)}</Box>
        <Box sx={{ color: "text.secondary", fontSize: 12.5, overflowWrap: "anywhere" }}><Marked text={say(row.reason)} /></Box>
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
              aria-describedby={why ? `why-${row.number}-${index}` : undefined}
              spellCheck={false}
              onChange={(event) => onChange(correct(corrections, row, column, event.target.value === "" ? null : event.target.value))}
              onKeyDown={(event) => onKey(event, index)}
              onPaste={(event) => onPaste(event, index)}
              sx={{ font: "inherit", fontFamily: MONO, fontSize: 13, color: "text.primary", bgcolor: "transparent", border: 1, borderColor: why ? "error.main" : isMisfit ? "quarantine.main" : isCorrected ? "success.main" : "divider", borderRadius: 1, px: 0.75, py: 0.5, width: "100%", minWidth: 110, boxSizing: "border-box", "&::placeholder": { color: "text.secondary", opacity: 1 } }}
            />
            {why && <Box id={`why-${row.number}-${index}`} sx={{ color: "error.main", fontSize: 12.5, maxWidth: 240 }}><Marked text={say(why)} /></Box>}
            {same.length > 0 && <Button size="small" sx={{ mt: 0.25, textAlign: "left" }} onClick={() => onChange(same.reduce((all, other) => correct(all, other, column, value), corrections))}>{t("repair.alike", { count: same.length })}</Button>}
          </Box>
        );
      })}
    </tr>
  );
}
