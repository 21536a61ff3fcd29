import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/links";
import { Facts, Panel } from "@/components/Panel";
import { formatBytes, formatDuration, formatNumber } from "@/lib/format";

interface Provider {
  name: string;
  title: string;
  issuer?: string;
  makes_accounts?: boolean;
  roles?: { group: string; workspace: string; role: string }[];
}

/** What stands in the file of settings: to be seen here, changed there. */
export function SettingsOfFile({ settings }: { settings: Record<string, unknown> }) {
  const { t } = useTranslation("server");
  const { providers, ...rest } = settings;
  return (
    <>
      <Panel title={t("providers")} text={<>{t("providers_text")} <TextLink to="/help/$" params={{ _splat: "guides/people-and-rights" }} hash="providers">{t("providers_help")}</TextLink></>}>
        <Providers providers={(providers ?? []) as Provider[]} />
      </Panel>
      <Panel title={t("file")} text={<>{t("file_text")} <TextLink to="/help/$" params={{ _splat: "guides/server" }} hash="what-is-where">{t("file_help")}</TextLink></>}>
        <Facts facts={Object.entries(rest).map(([key, value]) => [t(`setting.${key}`, key), worded(key, value, t("nothing"))])} />
      </Panel>
    </>
  );
}

function Providers({ providers }: { providers: Provider[] }) {
  const { t } = useTranslation("server");
  if (providers.length === 0) return <Typography variant="body2" color="textSecondary">{t("no_providers")}</Typography>;
  return providers.map((provider) => (
    <Box key={provider.name} sx={{ py: 1, borderTop: 1, borderColor: "divider" }}>
      <Typography sx={{ fontWeight: 600 }}>{provider.title} <code>({provider.name})</code></Typography>
      <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>{[provider.issuer, provider.makes_accounts ? t("makes_accounts") : t("makes_no_accounts")].filter(Boolean).join(" · ")}</Typography>
      {provider.roles?.map((role) => <Typography key={`${role.group}/${role.workspace}`} variant="body2">{t("group_role", { group: role.group, workspace: role.workspace, role: t(`common:role.${role.role as "viewer"}`) })}</Typography>)}
    </Box>
  ));
}

/** A setting as people read it: its name says its unit. */
function worded(key: string, value: unknown, nothing: string): ReactNode {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return nothing;
  if (typeof value === "number") return key.endsWith("_bytes") ? formatBytes(value) : key.endsWith("_hours") ? formatDuration(value * 3600) : formatNumber(value);
  if (Array.isArray(value)) return value.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join(", ");
  return typeof value === "string" ? value : <code>{JSON.stringify(value)}</code>;
}
