import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { Copy, Download, Workflow } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ColumnsTable } from "@/components/data/ColumnsTable";
import { LinkButton } from "@/components/links";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RowsTable } from "@/components/RowsTable";
import { SidePanel } from "@/components/SidePanel";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton, Waiting } from "@/components/Waiting";
import { formatBytes, formatNumber, formatTime } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import { contentUrl, readFile, readUpload, type Upload } from "./api";

/** A file from near: what is in it, and how pipelines read it. */
export function FileDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("files");
  const { slug } = useWorkspace();
  const { data, error, refetch } = useQuery({ queryKey: ["uploads", slug, "one", id], queryFn: () => readUpload(slug, id) });
  return (
    <SidePanel title={data?.name ?? t("one")} text={data && `${formatBytes(data.size)} · ${formatTime(data.created_at)}`} width={900} onClose={onClose}>
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!data && !error && <ListSkeleton rows={4} text={t("loading_one")} />}
      {data && <Inside upload={data} />}
    </SidePanel>
  );
}

function Inside({ upload }: { upload: Upload }) {
  const { t } = useTranslation("files");
  const { slug, may } = useWorkspace();
  const toasts = useToasts();
  const copy = (text: string) => void navigator.clipboard.writeText(text).then(() => toasts.done(t("common:copied")), toasts.failed);
  return (
    <>
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", mb: 2.5 }}>
        {may("editor") && <LinkButton variant="contained" to="/w/$workspace/pipelines/new" params={{ workspace: slug }} search={{ upload: upload.id }} startIcon={<Workflow size={16} />}>{t("make_pipeline")}</LinkButton>}
        <Button component="a" href={contentUrl(slug, upload.id)} download={upload.name} startIcon={<Download size={16} />}>{t("download")}</Button>
      </Box>
      <Fact name={t("path")} help={t("path_help")} value={upload.path} onCopy={() => copy(upload.path)} />
      <Fact name="SHA-256" value={upload.sha256} onCopy={() => copy(upload.sha256)} />
      {may("editor") ? <Content upload={upload} /> : <Alert severity="info" sx={{ mt: 2 }}>{t("no_look")}</Alert>}
    </>
  );
}

function Fact({ name, help, value, onCopy }: { name: string; help?: string; value: string; onCopy: () => void }) {
  const { t } = useTranslation("files");
  return (
    <Box sx={{ mb: 1.5 }}>
      <Typography variant="body2" color="textSecondary">{name}{help && ` – ${help}`}</Typography>
      <Box sx={{ display: "flex", gap: 0.5, alignItems: "center" }}>
        <Box component="code" sx={{ minWidth: 0, overflowWrap: "anywhere", fontSize: 12.5, bgcolor: "action.hover", borderRadius: 0.5, px: 0.75, py: 0.25 }}>{value}</Box>
        <Tooltip title={t("common:copy")}><IconButton size="small" aria-label={t("copy_what", { name })} onClick={onCopy}><Copy size={14} /></IconButton></Tooltip>
      </Box>
    </Box>
  );
}

/** Columns and rows as Towpath reads them when nothing else is said. */
function Content({ upload }: { upload: Upload }) {
  const { t } = useTranslation("files");
  const { slug } = useWorkspace();
  const [view, setView] = useState<"columns" | "rows">("columns");
  const read = useQuery({ queryKey: ["uploads", slug, "rows", upload.id], queryFn: ({ signal }) => readFile(slug, upload.path, signal), staleTime: Infinity, refetchOnWindowFocus: false, retry: false });
  if (read.error) return <><Typography variant="h3" sx={{ mt: 3 }}>{t("inside")}</Typography><ProblemAlert error={read.error} onRetry={() => void read.refetch()} /><Typography variant="body2" color="textSecondary">{t("not_read")}</Typography></>;
  if (!read.data) return <Waiting text={t("looking")} />;
  const { columns, more, rejected } = read.data;
  const rows = read.data.rows as unknown[][];
  return (
    <Box sx={{ mt: 2 }}>
      <Tabs value={view} onChange={(_, next: "columns" | "rows") => setView(next)} aria-label={t("inside")} sx={{ borderBottom: 1, borderColor: "divider", mb: 1.5 }}>
        <Tab value="columns" id="inside-columns" aria-controls="inside-panel" label={t("columns", { count: columns.length, number: formatNumber(columns.length) })} />
        <Tab value="rows" id="inside-rows" aria-controls="inside-panel" label={t("rows")} />
      </Tabs>
      <Box role="tabpanel" id="inside-panel" aria-labelledby={`inside-${view}`}>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 1.5 }}>{t(more ? "over_first" : "over_all", { count: rows.length, number: formatNumber(rows.length) })} {t("how_read")}</Typography>
        {rejected > 0 && <Alert severity="warning" sx={{ mb: 1.5 }}>{t("rejected", { count: rejected, number: formatNumber(rejected) })}</Alert>}
        {view === "columns" ? <ColumnsTable columns={columns} rows={rows} /> : <RowsTable label={t("rows")} columns={columns} rows={rows} height={Math.min(560, 62 + 30 * Math.max(1, rows.length))} />}
      </Box>
    </Box>
  );
}
