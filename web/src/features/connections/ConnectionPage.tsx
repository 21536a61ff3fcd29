import Box from "@mui/material/Box";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { PageHeader } from "@/components/PageHeader";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ListSkeleton } from "@/components/Waiting";
import { nodeTypeQuery } from "@/lib/connectors";
import { useServerWords } from "@/lib/serverWords";
import { useWorkspace } from "@/lib/workspace";
import { AccessTab } from "./AccessTab";
import { Actions } from "./Actions";
import { connectionQuery } from "./api";
import { ConnectorIcon } from "./ConnectorIcon";
import { RestrictedMark } from "./RestrictedMark";
import { SettingsTab } from "./SettingsTab";
import { TablesTab } from "./TablesTab";
import { TestState } from "./TestState";
import { UsesTab } from "./UsesTab";

const TABS = ["settings", "tables", "uses", "access"] as const;
type TabName = (typeof TABS)[number];

/** One connection: settings, what it holds, who uses it, who may. */
export function ConnectionPage() {
  const { t } = useTranslation("connections");
  const { slug } = useWorkspace();
  const words = useServerWords();
  const navigate = useNavigate();
  const { connection: name } = useParams({ from: "/inside/w/$workspace/connections/$connection" });
  const { tab } = useSearch({ from: "/inside/w/$workspace/connections/$connection" });
  const { data, error, refetch } = useQuery(connectionQuery(slug, name));
  const type = useQuery({ ...nodeTypeQuery(data?.value.connector ?? ""), enabled: data !== undefined });
  const shown: TabName = TABS.find((one) => one === tab) ?? "settings";
  const back = { label: t("title"), to: "/w/$workspace/connections", params: { workspace: slug } } as const;
  // What was read stays while the server cannot be reached: what is typed in the form would be gone with it.
  if (!data) {
    return (
      <Page>
        <PageHeader title={name} back={back} />
        {error ? <ProblemAlert error={error} onRetry={() => void refetch()} /> : <ListSkeleton rows={5} text={t("loading_one")} />}
      </Page>
    );
  }
  const { value: connection, etag } = data;
  const mark = (
    <Box sx={{ display: "flex", gap: 1.5, alignItems: "center", flexWrap: "wrap" }}>
      <Box sx={{ display: "inline-flex", gap: 0.75, alignItems: "center", color: "text.secondary" }}><ConnectorIcon name={connection.connector} />{words.text(type.data?.title ?? connection.connector)}</Box>
      {connection.restricted && <RestrictedMark />}
      <TestState connection={connection} />
    </Box>
  );
  return (
    <Page>
      <PageHeader title={connection.name} back={back} mark={mark} text={connection.description || undefined} actions={<Actions connection={connection} />} />
      <Tabs value={shown} onChange={(_, next: TabName) => void navigate({ to: ".", search: { tab: next === "settings" ? undefined : next } })} variant="scrollable" sx={{ borderBottom: 1, borderColor: "divider", mb: 2.5 }} aria-label={t("parts")}>
        {TABS.map((one) => <Tab key={one} value={one} id={`tab-${one}`} aria-controls="tab-panel" label={one === "uses" ? t("tab.uses", { count: connection.used_by.length }) : t(`tab.${one}`)} />)}
      </Tabs>
      <Box role="tabpanel" id="tab-panel" aria-labelledby={`tab-${shown}`}>
        {shown === "settings" && <SettingsTab key={connection.id} connection={connection} etag={etag} type={type.data} error={type.error} onRetry={() => void type.refetch()} />}
        {shown === "tables" && <TablesTab connection={connection} />}
        {shown === "uses" && <UsesTab connection={connection} />}
        {shown === "access" && <AccessTab connection={connection} />}
      </Box>
    </Page>
  );
}
