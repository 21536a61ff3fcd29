import Box from "@mui/material/Box";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import Typography from "@mui/material/Typography";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Table2, Workflow } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/links";
import { formatNumber } from "@/lib/format";
import type { Stream } from "@/lib/streams";
import { useWorkspace } from "@/lib/workspace";
import type { Table } from "./ask";
import { Console } from "./Console";
import { RowsView } from "./RowsView";
import { wayTo } from "./sql";

interface Props {
  connection: string;
  connector: string;
  streams: Stream[];
  stream: Stream | undefined;
  /** A table that was asked for and is not there. */
  missing: string | undefined;
  answersSql: boolean;
}

type View = "rows" | "columns" | "sql";

/** A table: its rows, its columns, and SQL. */
export function TablePane({ connection, connector, streams, stream, missing, answersSql }: Props) {
  const { t } = useTranslation("data");
  const { slug, may } = useWorkspace();
  const navigate = useNavigate();
  const search = useSearch({ from: "/inside/w/$workspace/data" });
  const wanted = (["rows", "columns", "sql"] as const).find((one) => one === search.view);
  // Where SQL is answered by the system, one can ask without choosing a table.
  const view: View = wanted ?? "rows";
  const table = useMemo<Table | undefined>(() => stream && { slug, connection, connector, stream, way: wayTo(stream, connector) }, [slug, connection, connector, stream]);
  return (
    <Box>
      <Box sx={{ display: "flex", gap: 1.5, alignItems: "center", flexWrap: "wrap", mb: 0.5 }}>
        <Typography variant="h2" sx={{ flex: "1 1 240px", minWidth: 0, overflowWrap: "anywhere" }}>{stream?.name ?? connection}</Typography>
        {stream?.rows != null && <Typography variant="body2" color="textSecondary">{t("about_rows", { count: stream.rows, number: formatNumber(stream.rows) })}</Typography>}
        {/* Beside a question, its own pipeline is offered. */}
        {stream && may("editor") && !(view === "sql" && answersSql) && <LinkButton size="small" to="/w/$workspace/pipelines/new" params={{ workspace: slug }} search={{ connection, settings: stream.settings }} startIcon={<Workflow size={15} />}>{t("as_pipeline")}</LinkButton>}
      </Box>
      <Tabs value={view} onChange={(_, next: View) => void navigate({ to: ".", search: { ...search, view: next === "rows" ? undefined : next, column: undefined } })} aria-label={t("views")} sx={{ borderBottom: 1, borderColor: "divider", mb: 2 }}>
        {(["rows", "columns", "sql"] as const).map((one) => <Tab key={one} value={one} id={`view-${one}`} aria-controls="view-panel" label={t(`view.${one}`)} />)}
      </Tabs>
      <Box role="tabpanel" id="view-panel" aria-labelledby={`view-${view}`}>
        {view === "sql" && <Console connection={connection} connector={connector} streams={streams} stream={stream} answersSql={answersSql} />}
        {view !== "sql" && !table && <EmptyState icon={<Table2 />} title={missing ? t("table_gone", { name: missing }) : t("choose_table")} text={answersSql ? t("choose_table_or_sql") : t("choose_table_text")} />}
        {view !== "sql" && table && <RowsView table={table} view={view} />}
      </Box>
    </Box>
  );
}
