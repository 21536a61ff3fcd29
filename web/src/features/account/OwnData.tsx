import Button from "@mui/material/Button";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { serverUrl } from "@/api/base";
import { sessionQuery } from "@/api/session";
import { LinkButton, TextLink } from "@/components/links";
import { Panel } from "@/components/Panel";
import Box from "@mui/material/Box";
import { lastWorkspace } from "@/lib/workspace";

/** Keys for programs; what is kept of oneself. */
export function OwnData() {
  const { t } = useTranslation("account");
  const { data: session } = useQuery(sessionQuery);
  const slug = lastWorkspace((session?.workspaces ?? []).map((one) => one.slug));
  const others = (session?.workspaces ?? []).filter((one) => one.slug !== slug);
  return (
    <>
      <Panel title={t("programs")} text={<>{t("programs_text")} <TextLink to="/help/$" params={{ _splat: "guides/people-and-rights" }} hash="api-keys">{t("programs_help")}</TextLink></>}>
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
          {[...(session?.workspaces ?? []).filter((one) => one.slug === slug), ...others].map((one) => (
            <LinkButton key={one.id} to="/w/$workspace/settings/$section" params={{ workspace: one.slug, section: "keys" }} variant="outlined">{t("keys_of", { workspace: one.name })}</LinkButton>
          ))}
        </Box>
      </Panel>
      <Panel title={t("export")} text={<>{t("export_text")} <TextLink to="/help/$" params={{ _splat: "guides/privacy" }}>{t("export_help")}</TextLink></>} action={<Button variant="outlined" startIcon={<Download size={17} />} href={serverUrl("/api/v1/account/export")} download="towpath-account.json">{t("export_deed")}</Button>} />
      <Panel title={t("erase")} text={t("erase_text")} />
    </>
  );
}
