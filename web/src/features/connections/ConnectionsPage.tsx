import Box from "@mui/material/Box";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plug, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton, TextLink } from "@/components/links";
import { OnlyRead } from "@/components/OnlyRead";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ListSkeleton } from "@/components/Waiting";
import { nodeTypesQuery } from "@/lib/connectors";
import { formatNumber } from "@/lib/format";
import { useDebounced } from "@/lib/useDebounced";
import { useList } from "@/lib/useList";
import { useServerWords } from "@/lib/serverWords";
import { useWorkspace } from "@/lib/workspace";
import { isAtLeast, type Role } from "@/lib/rights";
import { type Connection, listConnections } from "./api";
import { ConnectorIcon } from "./ConnectorIcon";
import { RestrictedMark } from "./RestrictedMark";
import { TestButton } from "./TestButton";
import { TestState } from "./TestState";

/** The connections of the workspace: of which kind, whether they work, who uses them. */
export function ConnectionsPage() {
  const { t } = useTranslation("connections");
  const { slug, may } = useWorkspace();
  const navigate = useNavigate();
  const { search = "" } = useSearch({ from: "/inside/w/$workspace/connections" });
  const [typed, setTyped] = useState(search);
  const wanted = useDebounced(typed.trim(), 200);
  const list = useList(["connections", slug, "list", wanted], (after) => listConnections(slug, wanted, after));
  const type = (text: string) => {
    setTyped(text);
    void navigate({ to: ".", search: { search: text.trim() || undefined }, replace: true });
  };
  const create = may("editor") && <LinkButton to="/w/$workspace/connections/new" params={{ workspace: slug }} variant="contained" startIcon={<Plus size={16} />}>{t("new")}</LinkButton>;
  const isEmpty = list.rows?.length === 0 && wanted === "";
  return (
    <Page>
      <PageHeader title={t("title")} text={t("intro")} actions={create} />
      {!isEmpty && <TextField type="search" label={t("search")} value={typed} onChange={(event) => type(event.target.value)} sx={{ maxWidth: 360, mb: 2 }} />}
      <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
      {!list.rows && !list.error && <ListSkeleton text={t("loading")} />}
      {isEmpty && <EmptyState icon={<Plug />} title={t("empty")} text={t("empty_text")} action={create || undefined} />}
      {list.rows?.length === 0 && wanted !== "" && <EmptyState title={t("nothing_found", { text: wanted })} />}
      {list.rows && list.rows.length > 0 && <Table rows={list.rows} onMore={list.more} isLoadingMore={list.isLoadingMore} />}
    </Page>
  );
}

function Table({ rows, onMore, isLoadingMore }: { rows: Connection[]; onMore: () => void; isLoadingMore: boolean }) {
  const { t } = useTranslation("connections");
  const { slug } = useWorkspace();
  const navigate = useNavigate();
  const types = useQuery(nodeTypesQuery).data;
  const words = useServerWords();
  const titleOf = (connector: string) => words.text(types?.find((type) => type.name === connector)?.title ?? connector);
  const columns: Column<Connection>[] = [
    {
      key: "name",
      title: t("name"),
      cell: (one) => (
        <Box sx={{ minWidth: 0 }}>
          <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
            <ConnectorIcon name={one.connector} />
            <TextLink to="/w/$workspace/connections/$connection" params={{ workspace: slug, connection: one.name }} sx={{ fontWeight: 650 }}>{one.name}</TextLink>
            {one.restricted && <RestrictedMark />}
          </Box>
          {one.description && <Box sx={{ color: "text.secondary", fontSize: 13, pl: 3.25, maxWidth: 420, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{one.description}</Box>}
        </Box>
      ),
    },
    { key: "connector", title: t("connector"), wide: true, cell: (one) => titleOf(one.connector) },
    { key: "test", title: t("test.last"), cell: (one) => <TestState connection={one} /> },
    { key: "used", title: t("used_by"), wide: true, cell: (one) => <Uses connection={one} /> },
    { key: "role", title: t("own_role"), wide: true, cell: (one) => <Box component="span" sx={{ color: "text.secondary" }}>{t(`common:role.${one.role}`)}</Box> },
  ];
  if (rows.some((one) => isAtLeast(one.role as Role, "editor"))) columns.push({ key: "do", title: <OnlyRead>{t("common:deeds")}</OnlyRead>, right: true, wide: true, cell: (one) => isAtLeast(one.role as Role, "editor") && <TestButton connection={one} /> });
  return <DataTable label={t("title")} columns={columns} rows={rows} rowKey={(one) => one.id} onOpen={(one) => void navigate({ to: "/w/$workspace/connections/$connection", params: { workspace: slug, connection: one.name } })} onMore={onMore} isLoadingMore={isLoadingMore} />;
}

/** How many pipelines use a connection, and whether they run by themselves. */
function Uses({ connection }: { connection: Connection }) {
  const { t } = useTranslation("connections");
  const { slug } = useWorkspace();
  const { name, pipelines, schedules } = connection;
  if (pipelines === 0) return <Box component="span" sx={{ color: "text.secondary" }}>{t("unused")}</Box>;
  return (
    <>
      <TextLink to="/w/$workspace/connections/$connection" params={{ workspace: slug, connection: name }} search={{ tab: "uses" }}>{t("pipelines", { count: pipelines, number: formatNumber(pipelines) })}</TextLink>
      {schedules > 0 && <Box component="span" sx={{ display: "block", fontSize: 13, color: "text.secondary" }}>{t("schedules", { count: schedules, number: formatNumber(schedules) })}</Box>}
    </>
  );
}
