import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RowsTable } from "@/components/RowsTable";
import { ListSkeleton } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import { fileOf, type Table } from "./ask";
import { ColumnDrawer } from "./ColumnDrawer";
import { ColumnMenu } from "./ColumnMenu";
import { ExportMenu } from "./ExportMenu";
import { FilterBar } from "./FilterBar";
import { Overview } from "./Overview";
import { type Condition, rowsQuery } from "./sql";
import { useTableRows } from "./useTableRows";

const NONE: Condition[] = [];

/** Rows of a table with filters and an order, or what its columns hold. What is chosen stands in the address. */
export function RowsView({ table, view }: { table: Table; view: "rows" | "columns" }) {
  const { t } = useTranslation("data");
  const navigate = useNavigate();
  const search = useSearch({ from: "/inside/w/$workspace/data" });
  const where = Array.isArray(search.where) ? search.where : NONE;
  const { sort } = search;
  const { rows, columns, hasMore, canPage, more, query } = useTableRows(table, where, sort);
  const [asked, setAsked] = useState<string>();
  const go = (part: Partial<typeof search>) => void navigate({ to: ".", search: { ...search, ...part }, replace: part.column === undefined });
  const shape = columns ?? table.stream.columns;
  const index = search.column === undefined ? -1 : shape.findIndex((column) => column.name === search.column);
  const column = shape[index];
  // Without conditions and order it is the table itself that is read.
  const whole = where.length > 0 || sort !== undefined ? rowsQuery(table.stream, table.way, { where, sort }) : undefined;
  return (
    <>
      <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap", mb: 1.5 }}>
        <FilterBar columns={table.stream.columns} where={where} onChange={(next) => go({ where: next.length > 0 ? next : undefined })} sort={sort} onUnsort={() => go({ sort: undefined })} asked={asked} onAsked={() => setAsked(undefined)} />
        <Box sx={{ ml: "auto", display: "flex", gap: 1, alignItems: "center" }}>
          {rows && <Typography variant="body2" color="textSecondary" role="status">{t(hasMore ? "first_rows" : "all_rows", { count: rows.length, number: formatNumber(rows.length) })}</Typography>}
          {rows && columns && <ExportMenu name={table.stream.name.replace(/[^\w.-]+/g, "_")} urlOf={(format) => fileOf(table, whole, format, table.stream.name.replace(/[^\w.-]+/g, "_"))} columns={columns} rows={rows} hasMore={hasMore} />}
        </Box>
      </Box>
      <Box sx={{ height: 4, mb: 0.5 }}>{query.isFetching && rows && <LinearProgress aria-label={t("common:loading_rows")} />}</Box>
      <ProblemAlert error={query.error} onRetry={() => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch())} />
      {!rows && !query.error && <ListSkeleton rows={8} text={t("common:loading_rows")} />}
      {rows && columns && view === "rows" && (
        <>
          <RowsTable
            label={t("rows_of", { name: table.stream.name })}
            columns={columns}
            rows={rows}
            empty={where.length > 0 ? t("no_rows_found") : t("no_rows")}
            height={rows.length === 0 ? "auto" : "max(320px, calc(100vh - 370px))"}
            by={query.isPlaceholderData ? undefined : JSON.stringify([where, sort])}
            onMore={more}
            corner={(one) => <ColumnMenu column={one} isKey={table.stream.primary_key.includes(one.name)} sort={sort} filtered={where.some((condition) => condition.column === one.name)} onSort={(next) => go({ sort: next })} onFilter={() => setAsked(one.name)} onStatistics={() => go({ column: one.name })} />}
          />
          {hasMore && !canPage && <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>{t("no_order")}</Typography>}
        </>
      )}
      {rows && columns && view === "columns" && <Overview table={table} where={where} columns={columns} rows={rows} hasMore={hasMore} onOpen={(name) => go({ column: name })} />}
      {rows && column && <ColumnDrawer key={column.name} table={table} column={column} values={rows.map((row) => row[index])} where={where} hasMore={hasMore} onClose={() => go({ column: undefined })} />}
    </>
  );
}
