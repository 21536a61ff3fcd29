import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Database, Table2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/links";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ListSkeleton } from "@/components/Waiting";
import { capabilitiesOf, nodeTypesQuery } from "@/lib/connectors";
import { useMayOn } from "@/lib/grants";
import { streamsQuery } from "@/lib/streams";
import { useWorkspace } from "@/lib/workspace";
import { TablePane } from "./TablePane";
import { TableTree } from "./TableTree";
import { connectionsQuery } from "@/lib/connections";

/** The data of every connection: tables, rows, columns, and questions in SQL. */
export function DataPage() {
  const { t } = useTranslation("data");
  const { slug, may: mayHere } = useWorkspace();
  const navigate = useNavigate();
  const { connection: chosen, table } = useSearch({ from: "/inside/w/$workspace/data" });
  const connections = useQuery(connectionsQuery(slug));
  const types = useQuery(nodeTypesQuery);
  // Where there is one alone, it need not be chosen.
  const connection = connections.data?.find((one) => one.name === chosen || (chosen === undefined && connections.data.length === 1));
  const { may, isKnown } = useMayOn(connection?.id);
  const mayBrowse = connection !== undefined && may("editor");
  const streams = useQuery({ ...streamsQuery(slug, connection?.name ?? ""), enabled: mayBrowse });
  const type = types.data?.find((one) => one.name === connection?.connector);
  const stream = streams.data?.find((one) => one.name === table);
  const head = <PageHeader title={t("title")} text={t("intro")} />;
  const open = (name: string) => void navigate({ to: ".", search: { connection: connection?.name, table: name } });
  return (
    <Page>
      {head}
      <ProblemAlert error={connections.error} onRetry={() => void connections.refetch()} />
      {!connections.data && !connections.error && <ListSkeleton rows={3} text={t("loading_connections")} />}
      {connections.data?.length === 0 && <EmptyState icon={<Database />} title={t("no_connections")} text={t("no_connections_text")} action={mayHere("editor") && <LinkButton variant="contained" to="/w/$workspace/connections/new" params={{ workspace: slug }}>{t("new_connection")}</LinkButton>} />}
      {connections.data && connections.data.length > 0 && (
        <Box sx={{ display: "grid", gap: 3, gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "260px minmax(0, 1fr)" }, alignItems: "start" }}>
          <Box sx={{ minWidth: 0, position: { md: "sticky" }, top: { md: 76 } }}>
            <TextField select label={t("connection")} value={connection?.name ?? ""} onChange={(event) => void navigate({ to: ".", search: { connection: event.target.value } })} sx={{ mb: 2 }}>
              {connections.data.map((one) => <MenuItem key={one.id} value={one.name}>{one.name}</MenuItem>)}
            </TextField>
            <ProblemAlert error={streams.error} onRetry={() => void streams.refetch()} />
            {mayBrowse && !streams.data && !streams.error && <ListSkeleton text={t("loading_tables")} />}
            {streams.data && <TableTree key={connection?.name} streams={streams.data} chosen={table} onChoose={open} isReading={streams.isFetching} onRead={() => void streams.refetch()} />}
          </Box>
          <Box sx={{ minWidth: 0 }}>
            {!connection && <EmptyState icon={<Database />} title={chosen ? t("connection_gone", { name: chosen }) : t("choose_connection")} text={t("choose_connection_text")} />}
            {connection && isKnown && !mayBrowse && <EmptyState icon={<Table2 />} title={t("no_browse")} text={t("no_browse_text")} />}
            {connection && type && streams.data && <TablePane key={`${connection.id} ${stream?.name ?? ""}`} connection={connection.name} connector={connection.connector} streams={streams.data} stream={stream} missing={stream ? undefined : table} answersSql={capabilitiesOf(type)?.queries ?? false} />}
          </Box>
        </Box>
      )}
    </Page>
  );
}
