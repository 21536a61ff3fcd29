import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Api } from "@/api/client";
import { ColumnsTable } from "@/components/data/ColumnsTable";
import { ProblemAlert } from "@/components/ProblemAlert";
import { formatNumber } from "@/lib/format";
import type { Table } from "./ask";
import type { Condition } from "./sql";
import { MOST_COLUMNS, wholeOverview } from "./whole";

interface Props {
  table: Table;
  where: Condition[];
  columns: Api<"Column">[];
  rows: unknown[][];
  /** There are more rows than were read. */
  hasMore: boolean;
  onOpen: (column: string) => void;
}

/** What the columns of a table hold: over the rows that were read at once, over all of them on demand, counted where they are. */
export function Overview({ table, where, columns, rows, hasMore, onOpen }: Props) {
  const { t } = useTranslation("data");
  const [isWhole, setIsWhole] = useState(false);
  const whole = useQuery({
    queryKey: ["rows", table.slug, table.connection, table.stream.settings, "overview", where],
    queryFn: ({ signal }) => wholeOverview(table, where, signal),
    enabled: isWhole && hasMore,
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const counted = isWhole ? whole.data : undefined;
  const number = formatNumber(counted?.[0]?.rows ?? rows.length);
  return (
    <>
      <Alert severity="info" icon={false} sx={{ mb: 1.5 }} action={hasMore && !isWhole && <Button color="inherit" size="small" sx={{ whiteSpace: "nowrap" }} onClick={() => setIsWhole(true)}>{t("count_whole")}</Button>}>
        {counted ? t("over_all", { count: counted[0]?.rows ?? 0, number }) : t(hasMore ? "over_first" : "over_all", { count: rows.length, number: formatNumber(rows.length) })}
        {where.length > 0 && ` ${t("with_filters")}`}
        {counted && columns.length > MOST_COLUMNS && ` ${t("first_columns", { number: formatNumber(MOST_COLUMNS) })}`}
      </Alert>
      {isWhole && whole.isFetching && <LinearProgress aria-label={t("counting")} sx={{ mb: 1 }} />}
      {isWhole && <ProblemAlert error={whole.error} onRetry={() => void whole.refetch()} />}
      <ColumnsTable columns={columns} rows={rows} keys={table.stream.primary_key} onOpen={onOpen} counted={counted} />
    </>
  );
}
