import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { RowsTable } from "@/components/RowsTable";
import { TimeText } from "@/components/TimeText";
import { formatNumber } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import { outputsQuery, type Run } from "./requests";

/** The first rows that a destination got, as they were written then. */
export function Output({ run, node }: { run: Run; node: string }) {
  const { t } = useTranslation("runs");
  const { slug: workspace, may } = useWorkspace();
  const { data } = useQuery({ ...outputsQuery(workspace, run.id), enabled: may("operator") });
  const output = data?.find((one) => one.node === node);
  if (!output) return null;
  const { columns, rows } = output.rows;
  return (
    <Box sx={{ mt: 1.5 }}>
      <Typography variant="h3">{t("output.title", { count: rows.length, rows: formatNumber(rows.length) })}</Typography>
      <Typography variant="body2" color="textSecondary" sx={{ mb: 0.5 }}>{t("output.age")} <TimeText at={output.written_at} /></Typography>
      <RowsTable label={t("output.label", { node })} columns={columns} rows={rows} height={Math.min(320, 60 + rows.length * 30)} />
    </Box>
  );
}
