import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { StatisticsView } from "@/components/data/StatisticsView";
import { statistics } from "@/components/data/statistics";
import { ProblemAlert } from "@/components/ProblemAlert";
import { SidePanel } from "@/components/SidePanel";
import { Waiting } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import type { Table } from "./ask";
import type { Condition } from "./sql";
import { wholeStatistics } from "./whole";

interface Props {
  table: Table;
  column: { name: string; type: string };
  /** The values that were read. */
  values: unknown[];
  where: Condition[];
  /** There are more rows than were read. */
  hasMore: boolean;
  onClose: () => void;
}

/** What one column holds: over the rows that were read at once, over the whole table on demand. */
export function ColumnDrawer({ table, column, values, where, hasMore, onClose }: Props) {
  const { t } = useTranslation("data");
  const [isWhole, setIsWhole] = useState(false);
  const read = useMemo(() => statistics(values, column.type), [values, column.type]);
  const whole = useQuery({
    queryKey: ["rows", table.slug, table.connection, table.stream.settings, "statistics", column.name, where],
    queryFn: ({ signal }) => wholeStatistics(table, column, where, signal),
    enabled: isWhole,
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: false,
    retry: false,
  });
  return (
    <SidePanel title={column.name} text={column.type} onClose={onClose}>
      <Alert severity="info" icon={false} sx={{ mb: 2 }} action={hasMore && !isWhole && <Button color="inherit" size="small" sx={{ whiteSpace: "nowrap" }} onClick={() => setIsWhole(true)}>{t("count_whole")}</Button>}>
        {isWhole ? t("over_whole") : hasMore ? t("over_first", { count: values.length, number: formatNumber(values.length) }) : t("over_all", { count: values.length, number: formatNumber(values.length) })}
        {where.length > 0 && ` ${t("with_filters")}`}
      </Alert>
      {isWhole && <ProblemAlert error={whole.error} onRetry={() => void whole.refetch()} />}
      {isWhole && !whole.data && !whole.error && <Waiting text={t("counting")} />}
      {isWhole ? whole.data && <StatisticsView found={whole.data} type={column.type} /> : <StatisticsView found={read} type={column.type} />}
    </SidePanel>
  );
}
