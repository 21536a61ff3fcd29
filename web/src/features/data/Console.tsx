import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation } from "@tanstack/react-query";
import { Play, Save, Square, Workflow } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { queries } from "@/api/query";
import { CodeEditor } from "@/components/code/CodeEditor";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/links";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RowsTable } from "@/components/RowsTable";
import { useToasts } from "@/components/Toasts";
import { formatDuration, formatElapsed, formatNumber } from "@/lib/format";
import { exportUrl, MOST_ROWS, readRows, type Rows, type Settings, type Stream } from "@/lib/streams";
import { useWorkspace } from "@/lib/workspace";
import { completions, spelled } from "./complete";
import { ExportMenu } from "./ExportMenu";
import { useDraft, useHistory } from "./memory";
import { placeOf, plainly } from "./place";
import { QueryMenu } from "./QueryMenu";
import { SaveDialog } from "./SaveDialog";
import { changeQuery, type Saved } from "./saved";
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
  /** What was asked, as the server was asked. */
  settings: Settings;
  sql: string | undefined;
}

const TIMES = [10, 60, 100];

/** Questions in SQL. They only read: the server lets nothing else through. */
export function Console({ connection, connector, streams, stream, answersSql }: Props) {
  const { t } = useTranslation("data");
  const { slug, may } = useWorkspace();
  const [history, remember] = useHistory(slug, connection);
  const mark = connector === "mysql" ? "`" : '"';
  const [kept, keep] = useDraft(slug, connection);
  const [first] = useState(() => firstQuery(connector, stream, answersSql));
  const [sql, setSql] = useState(kept?.sql ?? first);
  const [saved, setSaved] = useState<Saved | undefined>(kept?.saved);
  // What a table begins with, or an empty text, is nobody's work.
  const isOwn = sql.trim() !== "" && sql !== first;
  useEffect(() => keep(isOwn ? { sql, saved } : undefined), [keep, isOwn, sql, saved]);
  const [limit, setLimit] = useState(200);
  const [seconds, setSeconds] = useState(60);
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const run = useMutation({
    mutationFn: async (text: string): Promise<Answer> => {
      stop.current = new AbortController();
      const started = performance.now();
      // The text is sent as it stands: places of errors are counted in it.
      const query = text.replace(/;\s*$/, "");
      const asked = answersSql ? { settings: { query }, sql: undefined } : { settings: (stream?.settings ?? {}) as Settings, sql: query };
      const rows = await readRows(slug, connection, asked.settings, limit, stop.current.signal, { sql: asked.sql, seconds });
      return { rows, seconds: (performance.now() - started) / 1000, ...asked };
    },
    onMutate: (text) => remember(text),
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
        <TextField select label={t("most_rows")} value={String(limit)} onChange={(event) => setLimit(Number(event.target.value))} sx={{ width: 120 }}>
          {[50, 200, MOST_ROWS].map((one) => <MenuItem key={one} value={String(one)}>{formatNumber(one)}</MenuItem>)}
        </TextField>
        <TextField select label={t("most_time")} value={String(seconds)} onChange={(event) => setSeconds(Number(event.target.value))} sx={{ width: 120 }}>
          {TIMES.map((one) => <MenuItem key={one} value={String(one)}>{formatDuration(one)}</MenuItem>)}
        </TextField>
        <QueryMenu connection={connection} history={history} onChoose={(text, one) => { if (isOwn && sql !== saved?.sql) remember(sql); setSql(text); setSaved(one); run.reset(); }} onChanged={(one) => saved?.id === one.id && setSaved(one)} />
        <Keep connection={connection} sql={sql} saved={saved} onSaved={setSaved} />
        {answersSql && may("editor") && sql.trim() !== "" && <LinkButton size="small" sx={{ ml: "auto" }} to="/w/$workspace/pipelines/new" params={{ workspace: slug }} search={{ connection, settings: { query: sql.trim().replace(/;\s*$/, "") } }} startIcon={<Workflow size={15} />}>{t("as_pipeline")}</LinkButton>}
      </Box>
      {run.isPending && <Box role="status"><LinearProgress aria-label={t("asking")} /><Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>{t("asking")}</Typography></Box>}
      {run.error && !stopped && <ProblemAlert error={run.error instanceof Problem ? plainly(run.error) : run.error} />}
      {run.error && stopped && <Alert severity="info">{t("stopped")}</Alert>}
      {answer && !run.isPending && !run.error && (
        <>
          <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
            <Typography variant="body2" color="textSecondary" role="status" sx={{ flex: 1 }}>{t(answer.rows.more ? "answer_part" : "answer", { count: answer.rows.rows.length, number: formatNumber(answer.rows.rows.length), time: formatElapsed(answer.seconds) })}</Typography>
            <ExportMenu name={saved?.name ?? connection} urlOf={(format) => exportUrl(slug, connection, format, saved?.name ?? connection, answer.settings, answer.sql)} columns={answer.rows.columns} rows={answer.rows.rows as unknown[][]} hasMore={answer.rows.more} />
          </Box>
          <RowsTable label={t("answer_label")} columns={answer.rows.columns} rows={answer.rows.rows as unknown[][]} height={Math.min(520, 62 + 30 * Math.max(1, answer.rows.rows.length))} />
        </>
      )}
    </Box>
  );
}

/** Keeps the query: as the one that was chosen, or under a name of its own. */
function Keep({ connection, sql, saved, onSaved }: { connection: string; sql: string; saved: Saved | undefined; onSaved: (saved: Saved) => void }) {
  const { t } = useTranslation("data");
  const { slug } = useWorkspace();
  const toasts = useToasts();
  const [isNaming, setIsNaming] = useState(false);
  const save = useMutation({
    mutationFn: (one: Saved) => changeQuery(slug, connection, one, one.name, sql),
    onSuccess: (one) => {
      onSaved(one);
      toasts.done(t("query_saved", { name: one.name }));
    },
    onError: (error) => toasts.failed(error),
    onSettled: () => queries.invalidateQueries({ queryKey: ["queries"] }),
  });
  return (
    <>
      {saved && saved.sql !== sql && sql.trim() !== "" && <Button size="small" startIcon={<Save size={15} />} loading={save.isPending} loadingPosition="start" onClick={() => save.mutate(saved)}>{t("save_changes", { name: saved.name })}</Button>}
      <Button size="small" startIcon={<Save size={15} />} disabled={sql.trim() === ""} onClick={() => setIsNaming(true)}>{saved ? t("save_as") : t("save_query")}</Button>
      {isNaming && <SaveDialog connection={connection} sql={sql} onSaved={onSaved} onClose={() => setIsNaming(false)} />}
    </>
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
