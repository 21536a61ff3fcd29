import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { formatNumber, formatPercent } from "@/lib/format";
import { Histogram } from "./Histogram";
import { isNumeric, type Statistics, statistics } from "./statistics";
import { shown } from "./values";

type ColumnInfo = Api<"Column">;
interface Line {
  column: ColumnInfo;
  found: Statistics;
}

interface Props {
  columns: ColumnInfo[];
  rows: unknown[][];
  /** Columns of the key. */
  keys?: string[];
  onOpen?: (column: string) => void;
  /** What was counted elsewhere, by the place of the column; instead of over the rows. */
  counted?: Statistics[];
}

/** What the columns hold, over the rows at hand: types, what is missing, how values spread. */
export function ColumnsTable({ columns, rows, keys = [], onOpen, counted }: Props) {
  const { t } = useTranslation();
  const lines = useMemo(() => columns.map((column, index): Line => ({ column, found: counted?.[index] ?? statistics(rows.map((row) => row[index]), column.type) })), [columns, rows, counted]);
  const shape: Column<Line>[] = [
    {
      key: "name",
      title: t("column.name"),
      cell: ({ column }) => (
        <Box sx={{ overflowWrap: "anywhere", minWidth: { xs: 130, md: 180 }, maxWidth: 320, ml: onOpen ? -0.5 : 0 }}>
          {onOpen ? <Button size="small" sx={{ px: 0.5, fontWeight: 650, textAlign: "left", minWidth: 0, justifyContent: "flex-start" }} onClick={() => onOpen(column.name)}>{column.name}</Button> : <strong>{column.name}</strong>}
          <Box component="span" sx={{ display: "block", px: onOpen ? 0.5 : 0, fontSize: 12, color: "text.secondary" }}>{column.type}{keys.includes(column.name) ? ` · ${t("column.key")}` : ""}</Box>
        </Box>
      ),
    },
    { key: "missing", title: t("column.missing"), right: true, cell: ({ found }) => (found.missing === 0 ? <Box component="span" sx={{ color: "text.secondary" }}>0</Box> : `${formatNumber(found.missing)} (${formatPercent(found.missing / Math.max(1, found.rows))})`) },
    { key: "distinct", title: t("column.distinct"), right: true, cell: ({ found }) => (found.distinct < 0 ? "–" : formatNumber(found.distinct)) },
    { key: "spread", title: t("column.spread"), wide: true, width: 150, cell: ({ found, column }) => (found.bins.length > 1 ? <Histogram bins={found.bins} inTime={found.inTime} height={28} small /> : <Short value={found.top.slice(0, 3).map((one) => one.value).join(", ") || undefined} type={isNumeric(column.type) ? "text" : column.type} />) },
    { key: "range", title: t("column.range"), wide: true, cell: ({ found, column }) => (found.min === undefined || found.min === found.max ? <Short value={found.min} type={column.type} /> : <><Short value={found.min} type={column.type} /><Short value={found.max} type={column.type} /></>) },
  ];
  return <DataTable label={t("column.list")} columns={shape} rows={lines} rowKey={({ column }) => column.name} onOpen={onOpen && (({ column }) => onOpen(column.name))} />;
}

function Short({ value, type }: { value: unknown; type: string }) {
  const text = shown(value, type);
  return <Box component="span" title={text.length > 20 ? text : undefined} sx={{ display: "block", maxWidth: 160, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{text}</Box>;
}
