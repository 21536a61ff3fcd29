import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { ColumnsTable } from "@/components/data/ColumnsTable";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RowsTable } from "@/components/RowsTable";
import { Waiting } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import type { Rows, Settings } from "@/lib/streams";
import { useDebounced } from "@/lib/useDebounced";
import { useWorkspace } from "@/lib/workspace";
import { readFile, type Upload } from "./api";
import { HowRead } from "./HowRead";

interface Props {
  upload: Upload;
  /** How the file is to be read; what is not said is found out. */
  settings: Settings;
  onChange: (settings: Settings) => void;
  onCopy: (text: string) => void;
}

type View = "columns" | "rows" | "how";

/** Columns and rows of a file as Towpath reads it, and how it is told to. */
export function Content({ upload, settings, onChange, onCopy }: Props) {
  const { t } = useTranslation("files");
  const { slug } = useWorkspace();
  const [view, setView] = useState<View>("columns");
  const said = useDebounced(settings, 600);
  const read = useQuery({
    queryKey: ["rows", slug, "upload", upload.id, said],
    queryFn: ({ signal }) => readFile(slug, upload.path, said, signal),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    retry: false,
    placeholderData: keepPreviousData,
  });
  const count = read.data?.columns.length;
  return (
    <Box sx={{ mt: 2 }}>
      <Tabs value={view} onChange={(_, next: View) => setView(next)} aria-label={t("inside")} sx={{ borderBottom: 1, borderColor: "divider", mb: 1.5 }}>
        <Tab value="columns" id="inside-columns" aria-controls="inside-panel" label={count === undefined || read.error ? t("columns_word") : t("columns", { count, number: formatNumber(count) })} />
        <Tab value="rows" id="inside-rows" aria-controls="inside-panel" label={t("rows")} />
        <Tab value="how" id="inside-how" aria-controls="inside-panel" label={t("how")} />
      </Tabs>
      <Box role="tabpanel" id="inside-panel" aria-labelledby={`inside-${view}`}>
        <Box sx={{ height: 4, mb: 0.5 }}>{read.isFetching && read.data && <LinearProgress aria-label={t("looking")} />}</Box>
        {read.error && <ProblemAlert error={read.error instanceof Problem ? withoutNode(read.error) : read.error} onRetry={() => void read.refetch()} />}
        {read.error && view !== "how" && <Typography variant="body2" color="textSecondary">{t("not_read")}</Typography>}
        {!read.data && !read.error && <Waiting text={t("looking")} />}
        {read.data && !read.error && <Found found={read.data} view={view} />}
        {view === "how" && <HowRead path={upload.path} settings={settings} onChange={onChange} onCopy={onCopy} />}
      </Box>
    </Box>
  );
}

function Found({ found, view }: { found: Rows; view: View }) {
  const { t } = useTranslation("files");
  const { columns, more, rejected } = found;
  const rows = found.rows as unknown[][];
  return (
    <>
      <Typography variant="body2" color="textSecondary" role="status" sx={{ mb: 1.5 }}>
        {view === "how" && `${t("columns", { count: columns.length, number: formatNumber(columns.length) })}. `}
        {t(more ? "over_first" : "over_all", { count: rows.length, number: formatNumber(rows.length) })}
        {view === "columns" && ` ${t("how_read")}`}
      </Typography>
      {rejected > 0 && <Alert severity="warning" sx={{ mb: 1.5 }}>{t("rejected", { count: rejected, number: formatNumber(rejected) })}</Alert>}
      {view === "columns" && <ColumnsTable columns={columns} rows={rows} />}
      {view === "rows" && <RowsTable label={t("rows")} columns={columns} rows={rows} height={Math.min(560, 62 + 30 * Math.max(1, rows.length))} />}
    </>
  );
}

/** The words of a problem without the node of the document that nobody wrote. */
function withoutNode(problem: Problem): Problem {
  return new Problem(problem.status, { code: problem.code, detail: problem.message.replace(/^(line \d+: |node `[^`]+`: )+/, ""), hint: problem.hint, type: problem.page, request_id: problem.requestId, problems: problem.problems });
}
