import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { Download, Play, Square, Workflow } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { CodeEditor } from "@/components/code/CodeEditor";
import { csv, download } from "@/components/data/csv";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/links";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RowsTable } from "@/components/RowsTable";
import { formatDuration, formatNumber } from "@/lib/format";
import { MOST_ROWS, previewRows, readRows, type Rows, type Settings, type Stream } from "@/lib/streams";
import { useWorkspace } from "@/lib/workspace";
import { documentOf } from "./ask";
import { completions, spelled } from "./complete";
import { asked, useQueries } from "./memory";
import { placeOf, plainly } from "./place";
import { QueryMenu } from "./QueryMenu";
import { ROWS, wayTo } from "./sql";

interface Props {
  connection: string;
  connector: string;
  streams: Stream[];
  stream: Stream | undefined;
  /** The system answers SQL; else Towpath does, over the rows of the table. */
  answersSql: boolean;
}

interface Answer {
  rows: Rows;
  seconds: number;
}

/** Questions in SQL. They only read: the server lets nothing else through. */
export function Console({ connection, connector, streams, stream, answersSql }: Props) {
  const { t } = useTranslation("data");
  const { slug, may } = useWorkspace();
  const [queries, remember] = useQueries(slug, connection);
  const mark = connector === "mysql" ? "`" : '"';
  const [sql, setSql] = useState(() => firstQuery(connector, stream, answersSql));
  const [limit, setLimit] = useState(200);
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const run = useMutation({
    mutationFn: async (text: string): Promise<Answer> => {
      stop.current = new AbortController();
      const { signal } = stop.current;
      const started = performance.now();
      const query = text.trim().replace(/;\s*$/, "");
      const rows = answersSql ? await readRows(slug, connection, { query }, limit, signal) : await previewRows(slug, documentOf(connector, connection, (stream?.settings ?? {}) as Settings, query), "answer", limit, signal);
      return { rows, seconds: (performance.now() - started) / 1000 };
    },
    onMutate: (text) => remember((all) => asked(all, text)),
  });
  const complete = useMemo(() => completions(answersSql ? streams : stream ? [{ name: ROWS, columns: stream.columns }] : [], mark), [answersSql, streams, stream, mark]);
  const place = useMemo(() => (run.error instanceof Problem && run.variables === sql ? placeOf(run.error, sql) : undefined), [run.error, run.variables, sql]);
  if (!answersSql && !stream) return <EmptyState title={t("choose_table")} text={t("sql_over_table")} />;
  const go = () => {
    if (sql.trim() !== "" && !run.isPending) run.mutate(sql);
  };
  const stopped = run.error instanceof DOMException && run.error.name === "AbortError";
  const answer = run.data;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 1.5 }}>
      <Typography variant="body2" color="textSecondary">{answersSql ? t("only_reads") : t("only_reads_here", { name: ROWS })}</Typography>
      <CodeEditor language="sql" label={t("sql_label")} value={sql} onChange={setSql} onRun={go} height={220} complete={complete} marks={place ? [place] : undefined} />
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center" }}>
        {run.isPending ? <Button variant="outlined" startIcon={<Square size={14} />} onClick={() => stop.current?.abort()}>{t("stop")}</Button> : <Button variant="contained" startIcon={<Play size={15} />} onClick={go} disabled={sql.trim() === ""} title={t("run_keys")}>{t("run")}</Button>}
        <TextField select label={t("most_rows")} value={String(limit)} onChange={(event) => setLimit(Number(event.target.value))} sx={{ width: 130 }}>
          {[50, 200, MOST_ROWS].map((one) => <MenuItem key={one} value={String(one)}>{formatNumber(one)}</MenuItem>)}
        </TextField>
        <QueryMenu queries={queries} sql={sql} onChange={remember} onChoose={setSql} />
        <Box sx={{ flex: 1 }} />
        {answersSql && may("editor") && sql.trim() !== "" && <LinkButton size="small" to="/w/$workspace/pipelines/new" params={{ workspace: slug }} search={{ connection, settings: { query: sql.trim().replace(/;\s*$/, "") } }} startIcon={<Workflow size={15} />}>{t("as_pipeline")}</LinkButton>}
      </Box>
      {run.isPending && <Box role="status"><LinearProgress aria-label={t("asking")} /><Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>{t("asking")}</Typography></Box>}
      {run.error && !stopped && <ProblemAlert error={run.error instanceof Problem ? plainly(run.error) : run.error} />}
      {run.error && stopped && <Alert severity="info">{t("stopped")}</Alert>}
      {answer && !run.isPending && !run.error && (
        <>
          <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
            <Typography variant="body2" color="textSecondary" role="status" sx={{ flex: 1 }}>{t(answer.rows.more ? "answer_part" : "answer", { count: answer.rows.rows.length, number: formatNumber(answer.rows.rows.length), time: formatDuration(answer.seconds) })}</Typography>
            <Button size="small" startIcon={<Download size={15} />} disabled={answer.rows.rows.length === 0} onClick={() => download(`${connection}.csv`, csv(answer.rows.columns, answer.rows.rows as unknown[][]))}>{t("export")}</Button>
          </Box>
          <RowsTable label={t("answer_label")} columns={answer.rows.columns} rows={answer.rows.rows as unknown[][]} height={Math.min(520, 62 + 30 * Math.max(1, answer.rows.rows.length))} />
        </>
      )}
    </Box>
  );
}

function firstQuery(connector: string, stream: Stream | undefined, answersSql: boolean): string {
  if (!stream) return "";
  const way = wayTo(stream, connector);
  if (!answersSql || !way.isNative) return `select *\nfrom ${ROWS}`;
  const mark = connector === "mysql" ? "`" : '"';
  const names = stream.columns.map((column) => spelled(column.name, mark));
  const list = names.length > 8 || names.length === 0 ? "*" : names.join(", ");
  return `select ${list}\nfrom ${way.from}`;
}
