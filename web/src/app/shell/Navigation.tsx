import Box from "@mui/material/Box";
import CircularProgress from "@mui/material/CircularProgress";
import Divider from "@mui/material/Divider";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { type LinkProps, useNavigate } from "@tanstack/react-router";
import { CalendarClock, Cable, FileUp, House, Play, ServerCog, Settings2, Table2, Workflow } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SessionView } from "@/api/session";
import { LinkListItem } from "@/components/links";
import { isBusy } from "@/features/files/queue";
import { useSendings } from "@/features/files/sendings";
import { isAtLeast } from "@/lib/rights";

interface Props {
  workspace: string | undefined;
  session: SessionView;
}

/** Where one can go. Connect, flow, serve: in this order. */
export function Navigation({ workspace, session }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isSending = isBusy(useSendings(workspace));
  const here = session.workspaces.find((one) => one.slug === workspace);
  return (
    <Box component="nav" aria-label={t("navigation")} sx={{ display: "flex", flexDirection: "column", height: "100%" }}>
      {session.workspaces.length > 0 && (
        <Box sx={{ px: 1.5, pt: 2, pb: 0.5 }}>
          <TextField select label={t("workspace")} value={here?.slug ?? ""} onChange={(event) => void navigate({ to: "/w/$workspace", params: { workspace: event.target.value } })}>
            {session.workspaces.map((one) => (
              <MenuItem key={one.id} value={one.slug}>{one.name}</MenuItem>
            ))}
          </TextField>
        </Box>
      )}
      {here && (
        <List dense sx={{ px: 1 }}>
          <Entry to="/w/$workspace" workspace={here.slug} icon={<House />} text={t("nav.home")} exact />
          <Entry to="/w/$workspace/pipelines" workspace={here.slug} icon={<Workflow />} text={t("nav.pipelines")} />
          <Entry to="/w/$workspace/runs" workspace={here.slug} icon={<Play />} text={t("nav.runs")} />
          <Entry to="/w/$workspace/schedules" workspace={here.slug} icon={<CalendarClock />} text={t("nav.schedules")} />
          <li><Divider sx={{ my: 1 }} /></li>
          <Entry to="/w/$workspace/connections" workspace={here.slug} icon={<Cable />} text={t("nav.connections")} />
          <Entry to="/w/$workspace/files" workspace={here.slug} icon={<FileUp />} text={t("nav.files")} mark={isSending && <CircularProgress size={14} aria-label={t("nav_sending")} />} />
          <Entry to="/w/$workspace/data" workspace={here.slug} icon={<Table2 />} text={t("nav.data")} />
          {isAtLeast(here.role, "editor") && <li><Divider sx={{ my: 1 }} /></li>}
          {isAtLeast(here.role, "editor") && <Entry to="/w/$workspace/settings" workspace={here.slug} icon={<Settings2 />} text={t("nav.settings")} />}
        </List>
      )}
      <Box sx={{ flex: 1 }} />
      {session.user?.runs_server && (
        <List dense sx={{ px: 1, pb: 1.5 }}>
          <Entry to="/server" icon={<ServerCog />} text={t("nav.server")} />
        </List>
      )}
    </Box>
  );
}

interface EntryProps {
  to: LinkProps["to"];
  workspace?: string;
  icon: ReactNode;
  text: string;
  /** What goes on there now. */
  mark?: ReactNode;
  exact?: boolean;
}

function Entry({ to, workspace, icon, text, mark, exact = false }: EntryProps) {
  return (
    <ListItem disablePadding sx={{ mb: 0.25 }}>
      <LinkListItem
        to={to}
        params={{ workspace } as never}
        activeOptions={{ exact, includeSearch: false }}
        sx={{ borderRadius: 1.5, "& svg": { width: 18, height: 18 }, "&.active": { bgcolor: "action.selected", color: "primary.main", "& .MuiListItemText-primary": { fontWeight: 650 } } }}
      >
        <ListItemIcon sx={{ minWidth: 32, color: "inherit" }} aria-hidden>{icon}</ListItemIcon>
        <ListItemText primary={text} />
        {mark}
      </LinkListItem>
    </ListItem>
  );
}
