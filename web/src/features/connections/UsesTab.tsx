import Box from "@mui/material/Box";
import List from "@mui/material/List";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import { Workflow } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton, LinkListItem } from "@/components/links";
import { formatNumber } from "@/lib/format";
import { useWorkspace } from "@/lib/workspace";
import type { ConnectionView } from "./api";

/** Pipelines that use a connection. */
export function UsesTab({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation("connections");
  const { slug, may } = useWorkspace();
  if (connection.used_by.length === 0) {
    return <EmptyState icon={<Workflow />} title={t("no_uses")} text={t("no_uses_text")} action={may("editor") && <LinkButton variant="contained" to="/w/$workspace/pipelines/new" params={{ workspace: slug }} search={{ connection: connection.name }}>{t("new_pipeline")}</LinkButton>} />;
  }
  return (
    <Box sx={{ border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper", maxWidth: 720 }}>
      <List aria-label={t("used_by")} disablePadding>
        {connection.used_by.map((use) => (
          <li key={use.id}>
            <LinkListItem to="/w/$workspace/pipelines/$pipeline" params={{ workspace: slug, pipeline: use.name }}>
              <ListItemIcon sx={{ minWidth: 36 }}><Workflow size={17} aria-hidden /></ListItemIcon>
              <ListItemText primary={use.name} secondary={use.schedules === 0 ? t("no_schedule") : use.active_schedules === 0 ? t("schedules_paused", { count: use.schedules, number: formatNumber(use.schedules) }) : t("schedules", { count: use.active_schedules, number: formatNumber(use.active_schedules) })} />
            </LinkListItem>
          </li>
        ))}
      </List>
    </Box>
  );
}
