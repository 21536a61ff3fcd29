import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { TimeText } from "@/components/TimeText";
import { formatDuration, formatNumber, formatPercent } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import { columnChanges, compare, type ColumnChange, type Compared } from "./compare";
import { detailOf, previousQuery, type Run, type Task, tasksQuery } from "./requests";

/** This run beside the last one of the same pipeline that went well. */
export function Comparison({ run, tasks }: { run: Run; tasks: Task[] }) {
  const { t } = useTranslation("runs");
  const { slug: workspace } = useWorkspace();
  const { data: previous } = useQuery(previousQuery(workspace, run));
  const { data: before } = useQuery({ ...tasksQuery(workspace, previous?.id ?? ""), enabled: Boolean(previous) });
  if (previous === undefined) return null;
  if (previous === null) return <Typography color="textSecondary">{t("compare.first")}</Typography>;
  const rows = compare(run, previous, tasks, before ?? []);
  return (
    <Paper variant="outlined" component="section" aria-labelledby="compare" sx={{ p: 2 }}>
      <Typography variant="h2" id="compare">{t("compare.title")}</Typography>
      <Typography color="textSecondary" variant="body2" sx={{ mb: 1 }}>
        <TextLink to="/w/$workspace/runs/$run" params={{ workspace, run: previous.id }}>{t("compare.before")}</TextLink> · <TimeText at={previous.created_at} />
        {previous.version !== run.version && ` · ${t("compare.versions", { before: previous.version, now: run.version })}`}
      </Typography>
      <TableContainer tabIndex={0} role="region" aria-label={t("compare.title")}>
        <Table size="small">
          <TableHead>
            <TableRow>
              <TableCell>{t("compare.what")}</TableCell>
              <TableCell align="right">{t("compare.now")}</TableCell>
              <TableCell align="right">{t("compare.then")}</TableCell>
              <TableCell align="right">{t("compare.difference")}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {rows.map((row) => (
              <TableRow key={row.key + (row.node ?? "")}>
                <TableCell component="th" scope="row">{t(`compare.${row.key}`, { node: row.node })}</TableCell>
                <TableCell align="right">{shown(row, row.now)}</TableCell>
                <TableCell align="right">{shown(row, row.then)}</TableCell>
                <TableCell align="right"><Difference row={row} /></TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </TableContainer>
      {before && <Columns changes={columnChanges(tasks, before)} isKnown={tasks.some((task) => detailOf(task).columns)} />}
    </Paper>
  );
}

/** What changed in the columns of the sources; that nothing did is told as well. */
function Columns({ changes, isKnown }: { changes: ColumnChange[]; isKnown: boolean }) {
  const { t } = useTranslation("runs");
  if (!isKnown) return null;
  if (changes.length === 0) return <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>{t("compare.same_columns")}</Typography>;
  return (
    <Box sx={{ mt: 1.5 }}>
      <Typography variant="h3">{t("compare.columns")}</Typography>
      <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
        {changes.map(({ node, column, then, now }) => (
          <li key={`${node}.${column}`}>
            <code>{node}.{column}</code>: {!then ? t("compare.column_new", { type: now }) : !now ? t("compare.column_gone", { type: then }) : t("compare.column_changed", { then, now })}
          </li>
        ))}
      </Box>
    </Box>
  );
}

function shown(row: Compared, value: number | null): string {
  if (value === null) return "–";
  return row.isTime ? formatDuration(value) : formatNumber(value);
}

function Difference({ row }: { row: Compared }) {
  if (row.share === null) return <>–</>;
  const sign = row.share > 0 ? "+" : row.share < 0 ? "−" : "±";
  return <Box component="span" sx={{ color: row.isStriking ? "warning.main" : "text.secondary", fontWeight: row.isStriking ? 650 : 400 }}>{sign}{formatPercent(Math.abs(row.share), Math.abs(row.share) < 0.1 ? 1 : 0)}</Box>;
}
