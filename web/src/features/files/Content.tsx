import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RowsTable } from "@/components/RowsTable";
import { Waiting } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import type { Settings } from "@/lib/streams";
import { useDebounced } from "@/lib/useDebounced";
import { useWorkspace } from "@/lib/workspace";
import { type Inspected, readFile, type Upload } from "./api";
import { Found } from "./Found";
import { HowRead } from "./HowRead";

interface Props {
  upload: Upload;
  /** What was found out with these settings. */
  inspected: UseQueryResult<Inspected>;
  /** How the file is to be read; what is not said is found out. */
  settings: Settings;
  onChange: (settings: Settings) => void;
  onCopy: (text: string) => void;
  /** Rows are read as a pipeline reads them, which is for editors. */
  mayRead: boolean;
}

const VIEWS = ["found", "rows", "how"] as const;
type View = (typeof VIEWS)[number];

/** What is in a file: what was found out, its rows, and how it is told to be read. */
export function Content({ upload, inspected, settings, onChange, onCopy, mayRead }: Props) {
  const { t } = useTranslation("files");
  const [view, setView] = useState<View>("found");
  const { data, error, isFetching } = inspected;
  return (
    <Box sx={{ mt: 2 }}>
      <Tabs value={view} onChange={(_, next: View) => setView(next)} aria-label={t("inside")} sx={{ borderBottom: 1, borderColor: "divider", mb: 1.5 }}>
        {VIEWS.filter((one) => mayRead || one !== "rows").map((one) => <Tab key={one} value={one} id={`inside-${one}`} aria-controls="inside-panel" label={t(`view.${one}`)} />)}
      </Tabs>
      <Box role="tabpanel" id="inside-panel" aria-labelledby={`inside-${view}`}>
        {view !== "rows" && (
          <>
            <Box sx={{ height: 4, mb: 0.5 }}>{isFetching && data && <LinearProgress aria-label={t("looking")} />}</Box>
            {error && <ProblemAlert error={error} onRetry={() => void inspected.refetch()} />}
            {error && view === "found" && <Typography variant="body2" color="textSecondary">{t("not_read")}</Typography>}
            {view === "found" && !data && !error && <Waiting text={t("looking")} />}
            {view === "found" && data && !error && <Found found={data} />}
          </>
        )}
        {view === "rows" && <FirstRows upload={upload} settings={settings} />}
        {view === "how" && <HowRead path={upload.path} settings={settings} found={data?.node as Settings | undefined} onChange={onChange} onCopy={onCopy} />}
      </Box>
    </Box>
  );
}

function FirstRows({ upload, settings }: { upload: Upload; settings: Settings }) {
  const { t } = useTranslation("files");
  const { slug } = useWorkspace();
  const said = useDebounced(settings, 600);
  const read = useQuery({
    queryKey: ["rows", slug, "upload", upload.id, said],
    queryFn: ({ signal }) => readFile(slug, upload.path, said, signal),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    retry: false,
    placeholderData: keepPreviousData,
  });
  if (read.error) return <ProblemAlert error={read.error instanceof Problem ? withoutNode(read.error) : read.error} onRetry={() => void read.refetch()} />;
  if (!read.data) return <Waiting text={t("looking")} />;
  const rows = read.data.rows as unknown[][];
  return (
    <>
      <Typography variant="body2" color="textSecondary" role="status" sx={{ mb: 1.5 }}>{t(read.data.more ? "over_first" : "over_all", { count: rows.length, number: formatNumber(rows.length) })}</Typography>
      <RowsTable label={t("rows")} columns={read.data.columns} rows={rows} height={Math.min(560, 62 + 30 * Math.max(1, rows.length))} />
    </>
  );
}

/** The words of a problem without the node of the document that nobody wrote. */
function withoutNode(problem: Problem): Problem {
  return new Problem(problem.status, { code: problem.code, detail: problem.message.replace(/^(line \d+: |node `[^`]+`: )+/, ""), hint: problem.hint, type: problem.page, request_id: problem.requestId, problems: problem.problems });
}
