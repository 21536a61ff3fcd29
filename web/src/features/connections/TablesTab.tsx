import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { RotateCw, Table2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/links";
import { LongName } from "@/components/LongName";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RowsTable } from "@/components/RowsTable";
import { SidePanel } from "@/components/SidePanel";
import { ListSkeleton, Waiting } from "@/components/Waiting";
import { formatNumber } from "@/lib/format";
import { useMayOn } from "@/lib/grants";
import { readRows, type Settings, type Stream, streamsQuery } from "@/lib/streams";
import { useWorkspace } from "@/lib/workspace";
import type { ConnectionView } from "./api";

/** What a connection holds: tables with columns, keys and sizes. */
export function TablesTab({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation("connections");
  const { slug } = useWorkspace();
  const { may, isKnown } = useMayOn(connection.id);
  const navigate = useNavigate();
  const { table } = useSearch({ from: "/inside/w/$workspace/connections/$connection" });
  const [search, setSearch] = useState("");
  const { data, error, refetch, isFetching } = useQuery({ ...streamsQuery(slug, connection.name), enabled: may("editor") });
  if (!isKnown) return <ListSkeleton text={t("loading_grants")} />;
  if (!may("editor")) return <EmptyState icon={<Table2 />} title={t("no_browse")} text={t("no_browse_text")} />;
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton text={t("loading_tables")} />;
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  // A column that is looked for finds its tables, too.
  const found = data.filter((stream) => words.every((word) => `${stream.name} ${stream.columns.map((column) => column.name).join(" ")}`.toLowerCase().includes(word)));
  const columns: Column<Stream>[] = [
    { key: "name", title: t("table"), cell: (one) => <Button size="small" sx={{ fontWeight: 600, textAlign: "left", justifyContent: "flex-start", overflowWrap: "anywhere", px: 0.5, ml: -0.5, minWidth: 110 }} onClick={() => open(one.name)}><span><LongName text={one.name} /></span></Button> },
    { key: "columns", title: t("columns"), right: true, wide: true, cell: (one) => formatNumber(one.columns.length) },
    { key: "key", title: t("key"), wide: true, cell: (one) => one.primary_key.join(", ") || "–" },
    { key: "rows", title: t("rows_about"), right: true, cell: (one) => (one.rows == null ? "–" : formatNumber(one.rows)) },
  ];
  const open = (name: string | undefined) => void navigate({ to: ".", search: { tab: "tables", table: name } });
  const shown = data.find((stream) => stream.name === table);
  return (
    <>
      <Box sx={{ display: "flex", gap: 1.5, mb: 2, alignItems: "center", flexWrap: "wrap" }}>
        <TextField type="search" label={t("search_tables")} value={search} onChange={(event) => setSearch(event.target.value)} sx={{ maxWidth: 360 }} />
        <Button startIcon={<RotateCw size={15} />} loading={isFetching} loadingPosition="start" onClick={() => void refetch()}>{t("read_again")}</Button>
        <Typography variant="body2" color="textSecondary" role="status">{t("tables", { count: found.length, number: formatNumber(found.length) })}</Typography>
      </Box>
      {data.length === 0 && <EmptyState icon={<Table2 />} title={t("no_tables")} text={t("no_tables_text")} />}
      {data.length > 0 && found.length === 0 && <EmptyState title={t("nothing_found", { text: search })} />}
      {found.length > 0 && <DataTable label={t("tab.tables")} columns={columns} rows={found} rowKey={(one) => one.name} onOpen={(one) => open(one.name)} />}
      {shown && <Look connection={connection} stream={shown} onClose={() => open(undefined)} />}
    </>
  );
}

/** A table from near: its columns and first rows. */
function Look({ connection, stream, onClose }: { connection: ConnectionView; stream: Stream; onClose: () => void }) {
  const { t } = useTranslation("connections");
  const { slug, may } = useWorkspace();
  const rows = useQuery({ queryKey: ["rows", slug, connection.name, stream.settings, 50], queryFn: ({ signal }) => readRows(slug, connection.name, stream.settings as Settings, 50, signal), staleTime: 60_000, retry: false });
  return (
    <SidePanel title={stream.name} text={stream.rows == null ? undefined : t("about_rows", { count: stream.rows, number: formatNumber(stream.rows) })} width={860} onClose={onClose}>
      <Box sx={{ display: "flex", flexDirection: "column", gap: 2, minWidth: 0 }}>
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
        <LinkButton variant="contained" to="/w/$workspace/data" params={{ workspace: slug }} search={{ connection: connection.name, table: stream.name }} startIcon={<Table2 size={16} />}>{t("open_data")}</LinkButton>
        {may("editor") && <LinkButton to="/w/$workspace/pipelines/new" params={{ workspace: slug }} search={{ connection: connection.name, settings: stream.settings }}>{t("new_pipeline")}</LinkButton>}
      </Box>
      <Typography variant="h3">{t("columns")}</Typography>
      <Box component="ul" sx={{ listStyle: "none", p: 0, m: 0, display: "flex", flexWrap: "wrap", gap: 1 }}>
        {stream.columns.map((column) => (
          <li key={column.name}>
            <Chip size="small" variant={stream.primary_key.includes(column.name) ? "filled" : "outlined"} label={<><strong>{column.name}</strong> {column.type}{stream.primary_key.includes(column.name) ? ` · ${t("key")}` : ""}</>} />
          </li>
        ))}
      </Box>
      <Typography variant="h3">{t("first_rows")}</Typography>
      <ProblemAlert error={rows.error} onRetry={() => void rows.refetch()} />
      {!rows.data && !rows.error && <Waiting text={t("common:loading_rows")} />}
      {rows.data && <RowsTable label={t("first_rows")} columns={rows.data.columns} rows={rows.data.rows as unknown[][]} empty={t("no_rows")} height={rows.data.rows.length === 0 ? "auto" : Math.min(420, 60 + 30 * rows.data.rows.length)} />}
      </Box>
    </SidePanel>
  );
}
