import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RefreshCw, X } from "lucide-react";
import { memo, type ReactNode, useDeferredValue, useMemo, useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { Marked } from "@/components/Marked";
import { ParamFields } from "@/components/ParamFields";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RowsTable } from "@/components/RowsTable";
import { TimeText } from "@/components/TimeText";
import { Waiting } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import { paramsIn } from "@/lib/params";
import { say } from "@/lib/sayings";
import { problemsOf, upstreamOf } from "../model/graph";
import { isObject, type Json } from "../model/yaml";
import { previewQuery, type Rows } from "../requests";
import { ColumnMark } from "./ColumnMark";
import { type Builder, useBuilderPart } from "./context";
import { meaningOf } from "./useChecks";
import { useSettled } from "./useSettled";

const LIMITS = [20, 100, 500, 1000];

const NONE: Json = {};

/** What the rows of the selected node depend on, without what is typed meanwhile. */
function part({ slug, view, graph, selected, mayEdit, mayRun, params, setParams, broken, problems, isDirty }: Builder) {
  const name = selected.at(-1);
  const node = graph.nodes.get(name ?? "");
  // A destination is looked at by the rows that it would be given.
  const feeding = node?.role === "destination" ? graph.edges.find((edge) => edge.to === node.name && !edge.isScope) : undefined;
  const target = node?.role === "destination" ? graph.nodes.get(feeding?.node ?? "") : node;
  // Rows come through every node before it: what is wrong there is wrong for it, and is solved there.
  const stuck = target && [...upstreamOf(graph, target.name)].find((one) => problemsOf(problems, one).length > 0);
  const wrong = stuck === undefined ? undefined : problemsOf(problems, stuck)[0]?.message;
  return { slug, view, mayEdit, mayRun, params, setParams, isBroken: broken.length > 0, isDirty, isThere: node !== undefined, target: target?.name, outputs: (target?.outputs ?? []).join("\n"), fed: feeding?.output, isFed: feeding !== undefined, stuck, wrong, declared: isObject(graph.value.params) ? graph.value.params : NONE };
}

/** Rows of the node that is selected, as its systems give them now. Old requests are given up. */
export const Preview = memo(function Preview({ tabs, onClose }: { tabs?: ReactNode; onClose?: () => void }) {
  const { t } = useTranslation("pipelines");
  const { slug, view, mayEdit, mayRun, params, setParams, isBroken, isDirty, isThere, target, outputs: names, fed, isFed, stuck, wrong, declared } = useBuilderPart(part);
  const client = useQueryClient();
  const [limit, setLimit] = useState(100);
  const [chosen, setChosen] = useState<string>();
  const outputs = names === "" ? [] : names.split("\n");
  const port = outputs.length > 1 ? (fed ?? (chosen && outputs.includes(chosen) ? chosen : outputs[0])) : undefined;
  const { text, graph, isCalm } = useSettled(700);
  const meaning = useMemo(() => meaningOf(graph, target), [graph, target]);
  const may = mayEdit || mayRun;
  const look = { workspace: slug, pipeline: mayEdit ? undefined : view?.id, document: text, meaning, node: target ?? "", port, limit, params };
  const enabled = may && target !== undefined && !isBroken && !wrong && isCalm;
  const options = previewQuery(look, enabled);
  const { data, error, isFetching, dataUpdatedAt } = useQuery(options);
  const rows = data?.rows ?? [];
  const shown = target === undefined ? "" : port ? `${target}.${port}` : target;
  // A table of many columns is drawn step by step, between what people do.
  const drawn = useDeferredValue(useMemo(() => ({ of: shown, data, at: dataUpdatedAt }), [shown, data, dataUpdatedAt]));
  const title = target === undefined ? t("preview_title") : t("preview_of", { name: shown });
  const again = () => void client.fetchQuery({ ...previewQuery(look, true, true), staleTime: 0 }).catch(() => undefined);
  return (
    <Box component="section" aria-label={t("preview_title")} sx={{ display: "flex", flexDirection: "column", height: "100%", minHeight: 0, bgcolor: "background.paper", containerType: "inline-size" }}>
      <Box sx={{ display: "flex", columnGap: 1.5, rowGap: 0.5, alignItems: "center", px: 2, py: 0.75, borderBottom: 1, borderColor: "divider", flexWrap: "wrap" }}>
        {tabs}
        {/* With the form of a node beside it there is little room: then the words stand below the buttons. */}
        <Box sx={{ display: "flex", gap: 1.5, alignItems: "center", flex: "1 1 220px", minWidth: 0, ...(tabs && target !== undefined && { "@container (max-width: 700px)": { order: 1, flexBasis: "100%" } }) }}>
          {/* Beside the tabs, the name says enough to who sees it. */}
          <Typography variant="h3" component="h2" aria-label={title} sx={{ overflowWrap: "anywhere" }}>{tabs ? shown : title}</Typography>
          <Typography variant="body2" color="textSecondary" role="status" sx={{ flex: 1 }}>
            {isFetching ? t("preview_loading") : data ? [t(data.more ? "preview_first" : "preview_all", { count: rows.length, rows: formatNumber(rows.length) }), data.rejected > 0 ? t("preview_rejected", { count: data.rejected, rows: formatNumber(data.rejected) }) : ""].filter(Boolean).join(" · ") : ""}
          </Typography>
          {data && !isFetching && <Typography variant="caption" color="textSecondary" sx={{ whiteSpace: "nowrap" }}><Trans t={t} i18nKey="preview_read" components={{ ago: <TimeText at={data.read_at} /> }} /></Typography>}
        </Box>
        <Box sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap", minWidth: 0, ml: "auto" }}>
          {outputs.length > 1 && !isFed && <TextField select label={t("port")} value={port ?? ""} onChange={(event) => setChosen(event.target.value)} sx={{ width: 140 }}>{outputs.map((one) => <MenuItem key={one} value={one}>{one}</MenuItem>)}</TextField>}
          {Object.keys(declared).length > 0 && <ParamFields params={paramsIn(declared)} values={params} onChange={setParams} inline />}
          <TextField select value={limit} onChange={(event) => setLimit(Number(event.target.value))} slotProps={{ select: { SelectDisplayProps: { "aria-label": t("rows") } } }} sx={{ width: 128, "& .MuiSelect-select": { py: 0.5, fontSize: 13.5 } }}>{LIMITS.map((one) => <MenuItem key={one} value={one}>{t("rows_count", { rows: formatNumber(one) })}</MenuItem>)}</TextField>
          <Tooltip title={t("preview_again")}><span><IconButton size="small" disabled={!enabled || isFetching} onClick={again} aria-label={t("preview_again")}><RefreshCw size={16} /></IconButton></span></Tooltip>
          {onClose && <IconButton size="small" onClick={onClose} aria-label={t("preview_close")}><X size={17} /></IconButton>}
        </Box>
      </Box>
      <Box sx={{ flex: 1, minHeight: 0, overflow: "auto", "& > [role=table]": { border: 0, borderRadius: 0 } }}>
        {!may ? <Note text={t("preview_operators")} /> : target === undefined ? <Note text={isThere ? t("preview_no_input") : t("preview_choose")} /> : isBroken ? <Note text={t("preview_broken")} /> : wrong ? <Note text={t("preview_problem", { name: stuck, message: say(wrong) })} /> : error ? (
          <Box sx={{ px: 2 }}><ProblemAlert error={error} onRetry={again} places={!(error instanceof Problem && error.problems.length > 6)} /></Box>
        ) : data?.rows.length === 0 ? <Note text={t("preview_empty")} /> : !data || !drawn.data || drawn.of !== shown ? <Waiting text={t("preview_loading")} /> : (
          <Shown key={`${drawn.of} ${drawn.at}`} data={drawn.data} label={t("preview_of", { name: target })} />
        )}
        {!mayEdit && isDirty && <Alert severity="info">{t("preview_saved_only")}</Alert>}
      </Box>
    </Box>
  );
});

/** The rows, which stay as they are while somebody types elsewhere. */
const Shown = memo(function Shown({ data, label }: { data: Rows; label: string }) {
  const rows = data.rows as unknown[][];
  const byColumn = data.columns.map((_, index) => rows.map((row) => row[index]));
  return <RowsTable label={label} columns={data.columns} rows={rows} height="100%" head={(column, index) => <ColumnMark type={column.type} values={byColumn[index] ?? []} />} />;
});

function Note({ text }: { text: string }) {
  return <Typography color="textSecondary" sx={{ p: 3, textAlign: "center" }}><Marked text={text} /></Typography>;
}

/** Opens the preview. */
export const PreviewBar = memo(function PreviewBar({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation("pipelines");
  return <Box sx={{ borderTop: 1, borderColor: "divider", bgcolor: "background.paper", px: 1, py: 0.25 }}><Button size="small" onClick={onOpen}>{t("preview_open")}</Button></Box>;
});
