import Box from "@mui/material/Box";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Channels } from "./Channels";
import { Deliveries } from "./Deliveries";
import { Rules } from "./Rules";
import { Watch } from "./Watch";

const TABS = { channels: Channels, rules: Rules, watch: Watch, deliveries: Deliveries } as const;
type TabName = keyof typeof TABS;

/** Who is told of what, and what became of it. */
export function Notifications() {
  const { t } = useTranslation("settings");
  const navigate = useNavigate();
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  const current: TabName = tab && tab in TABS ? (tab as TabName) : "channels";
  const Part = TABS[current];
  return (
    <>
      <Tabs value={current} onChange={(_, next: TabName) => void navigate({ to: ".", search: { tab: next } as never })} variant="scrollable" aria-label={t("section.notifications")} sx={{ mb: 2, borderBottom: 1, borderColor: "divider" }}>
        {(Object.keys(TABS) as TabName[]).map((one) => <Tab key={one} value={one} label={t(`tab.${one}`)} id={`tab-${one}`} aria-controls="tab-panel" />)}
      </Tabs>
      <Box role="tabpanel" id="tab-panel" aria-labelledby={`tab-${current}`}><Part /></Box>
    </>
  );
}
