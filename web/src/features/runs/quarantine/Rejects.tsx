import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import { useTranslation } from "react-i18next";
import { DataTable } from "@/components/DataTable";
import { LongName } from "@/components/LongName";
import { Marked } from "@/components/Marked";
import { placeOf } from "@/lib/place";
import { say } from "@/lib/sayings";
import { MONO } from "./shown";
import type { Reject } from "../requests";
import { Standing } from "./Standing";

interface Props {
  rows: Reject[];
  /** Numbers of the rows that are chosen; none when nothing can be done with them. */
  chosen?: ReadonlySet<number>;
  onChoose?: (chosen: ReadonlySet<number>) => void;
  onMore: () => void;
  isLoadingMore: boolean;
}

/** Rows in quarantine: where each stood, what did not fit, the row as it was, what became of it. On phones the table is moved sideways rather than that its words stand letter below letter. */
export function Rejects({ rows, chosen, onChoose, onMore, isLoadingMore }: Props) {
  const { t } = useTranslation("runs");
  const all = chosen !== undefined && rows.length > 0 && rows.every((row) => chosen.has(row.number));
  const toggle = (row: Reject) => {
    const next = new Set(chosen);
    if (!next.delete(row.number)) next.add(row.number);
    onChoose?.(next);
  };
  const choice = chosen && onChoose && {
    key: "choice",
    title: <Checkbox size="small" checked={all} indeterminate={!all && chosen.size > 0} onChange={() => onChoose(all ? new Set() : new Set(rows.map((row) => row.number)))} slotProps={{ input: { "aria-label": t("quarantine.choose_all") } }} sx={{ p: 0.5 }} />,
    width: 44,
    cell: (row: Reject) => <Checkbox size="small" checked={chosen.has(row.number)} onChange={() => toggle(row)} slotProps={{ input: { "aria-label": t("quarantine.choose", { place: placeOf(row.place) }) } }} sx={{ p: 0.5 }} />,
  };
  return (
    <DataTable
      label={t("quarantine.rows")}
      rows={rows}
      rowKey={(row) => String(row.number)}
      onMore={onMore}
      isLoadingMore={isLoadingMore}
      columns={[
        ...(choice ? [choice] : []),
        { key: "place", title: t("quarantine.place"), width: "20%", cell: (row) => <><Box sx={{ fontWeight: 600, overflowWrap: "anywhere", minWidth: { xs: 110, sm: 0 } }}><LongName text={placeOf(row.place)} /></Box><Box sx={{ color: "text.secondary", fontSize: 12 }}>{row.node}</Box></> },
        { key: "value", title: t("quarantine.value"), cell: (row) => (row.column || row.value != null ? <>{row.column && <Box sx={{ fontSize: 12, color: "text.secondary" }}>{row.column}</Box>}<Mono text={row.value ?? ""} /></> : <Box component="span" sx={{ color: "text.secondary" }}>{t("quarantine.whole")}</Box>) },
        { key: "original", title: t("quarantine.original"), wide: true, cell: (row) => <Mono text={row.original} /> },
        { key: "reason", title: t("quarantine.reason"), width: "34%", cell: (row) => <Box sx={{ overflowWrap: "anywhere", minWidth: { xs: 190, sm: 0 } }}><Marked text={say(row.reason)} />{row.value_only && <Box sx={{ fontSize: 12, color: "text.secondary" }}>{t("quarantine.value_only")}</Box>}</Box> },
        { key: "standing", title: t("quarantine.standing"), width: "13%", cell: (row) => <Standing row={row} /> },
      ]}
    />
  );
}

/** Exactly what was there, spaces included. */
function Mono({ text }: { text: string }) {
  return <Box component="code" sx={{ fontFamily: MONO, fontSize: 12.5, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{text}</Box>;
}
