import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Typography from "@mui/material/Typography";
import { Equal, Minus, Pencil, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { Marked } from "@/components/Marked";
import { ProblemAlert } from "@/components/ProblemAlert";
import { Waiting } from "@/components/Waiting";
import { formatDuration, formatNumber } from "@/lib/format";
import { say, sayBoth } from "@/lib/sayings";
import type { DryLoad, DryRow, DryRun as Told } from "../requests";

interface Props {
  told: Told | undefined;
  error: unknown;
  isPending: boolean;
  /** The document has changed since. */
  isOld: boolean;
  may: boolean;
  onStart: () => void;
  onStop: () => void;
}

const MARKS = { inserted: Plus, updated: Pencil, deleted: Minus } as const;
const TONES = { inserted: "success.main", updated: "warning.main", deleted: "error.main" } as const;
type Kind = keyof typeof MARKS;

/** What a run would change in its targets as they are now: how many rows, and the first of them with their cells. */
export function DryRun({ told, error, isPending, isOld, may, onStart, onStop }: Props) {
  const { t } = useTranslation("pipelines");
  if (isPending) return <Box sx={{ textAlign: "center" }}><Waiting text={t("dry.working")} /><Button size="small" onClick={onStop}>{t("common:cancel")}</Button></Box>;
  if (!told) {
    return (
      <>
        {error !== null && error !== undefined && <Box sx={{ px: 2 }}><ProblemAlert error={error} onRetry={onStart} /></Box>}
        <EmptyState title={t("dry.title")} text={t("dry.text")} action={may && <Button variant="contained" onClick={onStart}>{t("dry.start")}</Button>} />
      </>
    );
  }
  return (
    <Box sx={{ p: 2, display: "flex", flexDirection: "column", gap: 2 }}>
      {isOld && <Alert severity="info" action={may && <Button color="inherit" size="small" onClick={onStart}>{t("dry.again")}</Button>}>{t("dry.old")}</Alert>}
      {told.fault && <Alert severity="error"><Marked text={t("dry.fault", { message: sayBoth(told.fault) })} /></Alert>}
      {told.quarantined > 0 && <Alert severity="warning">{t("dry.quarantined", { count: told.quarantined, rows: formatNumber(told.quarantined) })}</Alert>}
      {told.loads.map((load) => <Load key={load.node} load={load} />)}
      <Typography variant="caption" color="textSecondary">{t("dry.took", { duration: formatDuration(told.seconds) })}</Typography>
    </Box>
  );
}

function Load({ load }: { load: DryLoad }) {
  const { t } = useTranslation("pipelines");
  const { changes, samples } = load;
  const nothing = changes && changes.inserted + changes.updated + changes.deleted === 0;
  const all = changes ? changes.inserted + changes.updated + changes.deleted : samples.length;
  return (
    <Box component="section" aria-label={t("dry.of", { target: load.target })}>
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center", mb: 1 }}>
        <Typography variant="h3" sx={{ overflowWrap: "anywhere" }}>{load.target}</Typography>
        <Typography variant="body2" color="textSecondary" sx={{ flex: "1 1 240px" }}>{t("dry.by", { node: load.node, mode: load.mode, rows: formatNumber(load.rows), count: load.rows })}</Typography>
        {changes && (
          <>
            <Count kind="inserted" count={changes.inserted} />
            <Count kind="updated" count={changes.updated} />
            <Count kind="deleted" count={changes.deleted} />
            <Chip size="small" variant="outlined" icon={<Equal size={14} />} label={t("dry.unchanged", { count: changes.unchanged, rows: formatNumber(changes.unchanged) })} />
          </>
        )}
      </Box>
      {!changes && <Alert severity="info">{t("dry.unknown")}</Alert>}
      {nothing && <Typography color="textSecondary">{t("dry.nothing")}</Typography>}
      {samples.length > 0 && <Samples load={load} />}
      {samples.length > 0 && samples.length < all && <Typography variant="caption" color="textSecondary">{t("dry.first", { rows: formatNumber(samples.length), all: formatNumber(all) })}</Typography>}
      {load.notes.map((note) => <Typography key={note} variant="body2" color="textSecondary"><Marked text={say(note)} /></Typography>)}
    </Box>
  );
}

function Count({ kind, count }: { kind: Kind; count: number }) {
  const { t } = useTranslation("pipelines");
  const Icon = MARKS[kind];
  return <Chip size="small" variant="outlined" icon={<Box component={Icon} size={14} aria-hidden sx={{ color: count > 0 ? `${TONES[kind]} !important` : undefined }} />} label={t(`dry.${kind}`, { count, rows: formatNumber(count) })} sx={{ fontWeight: count > 0 ? 700 : 400 }} />;
}

/** The first rows: key first, then the columns in which some of them differ, then the others. */
function Samples({ load: { node, columns, key, samples } }: { load: DryLoad }) {
  const { t } = useTranslation("pipelines");
  const differs = (row: DryRow, at: number) => row.change === "updated" && row.before?.[at] !== row.after?.[at];
  const order = columns.map((_, at) => at).sort((a, b) => rank(a) - rank(b) || a - b);
  function rank(at: number): number {
    return key.includes(columns[at] ?? "") ? 0 : samples.some((row) => differs(row, at)) ? 1 : 2;
  }
  return (
    <Box role="region" tabIndex={0} aria-label={t("dry.rows_of", { node })} sx={{ overflow: "auto", border: 1, borderColor: "divider", borderRadius: 1, maxHeight: 420 }}>
      <Box component="table" sx={{ borderCollapse: "collapse", fontSize: 13, minWidth: "100%", "& th, & td": { px: 1, py: 0.5, textAlign: "left", borderBottom: 1, borderColor: "action.hover", maxWidth: 280, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", verticalAlign: "top" }, "& thead th": { position: "sticky", top: 0, bgcolor: "background.paper", borderColor: "divider", fontWeight: 650 } }}>
        <thead>
          <tr>
            <th>{t("dry.change")}</th>
            {order.map((at) => <th key={at} scope="col">{columns[at]}{key.includes(columns[at] ?? "") ? ` (${t("dry.key")})` : ""}</th>)}
          </tr>
        </thead>
        <tbody>
          {samples.map((row, index) => {
            const kind = row.change as Kind;
            const Icon = MARKS[kind];
            return (
              <tr key={index}>
                <td><Box sx={{ display: "inline-flex", gap: 0.5, alignItems: "center", fontWeight: 600 }}><Box component={Icon} size={14} aria-hidden sx={{ color: TONES[kind] }} />{t(`dry.word.${kind}`)}</Box></td>
                {order.map((at) => <Cell key={at} row={row} at={at} changed={differs(row, at)} />)}
              </tr>
            );
          })}
        </tbody>
      </Box>
    </Box>
  );
}

function Cell({ row, at, changed }: { row: DryRow; at: number; changed: boolean }) {
  const { t } = useTranslation("pipelines");
  const show = (value: string | null | undefined): ReactNode => value ?? <Box component="em" sx={{ color: "text.secondary" }}>{t("common:column.null")}</Box>;
  if (changed) {
    return (
      <Box component="td" title={`${row.before?.[at] ?? ""} → ${row.after?.[at] ?? ""}`} sx={{ bgcolor: "rgb(240 180 94 / 20%)" }}>
        <Box component="del" sx={{ color: "text.secondary", mr: 0.75 }}>{show(row.before?.[at])}</Box>
        <Box component="ins" sx={{ textDecoration: "none", fontWeight: 700 }}>{show(row.after?.[at])}</Box>
      </Box>
    );
  }
  const value = (row.after ?? row.before)?.[at];
  return <Box component="td" title={value && value.length > 30 ? value : undefined} sx={{ bgcolor: row.change === "inserted" ? "rgb(111 207 139 / 14%)" : row.change === "deleted" ? "rgb(255 144 136 / 14%)" : undefined, textDecoration: row.change === "deleted" ? "line-through" : undefined }}>{show(value)}</Box>;
}
