import Badge from "@mui/material/Badge";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Popover from "@mui/material/Popover";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Bell as BellIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Api, body, client } from "@/api/client";
import { sessionQuery } from "@/api/session";
import { Marked } from "@/components/Marked";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { useToasts } from "@/components/Toasts";
import { ListSkeleton } from "@/components/Waiting";
import { say } from "@/lib/sayings";
import { useReadNotices } from "@/lib/useReadNotices";

const unread = { queryKey: ["notices", "unread"], queryFn: () => body(client.GET("/api/v1/account/notices/unread")), refetchInterval: 60_000 };
const latest = { queryKey: ["notices", "latest"], queryFn: () => body(client.GET("/api/v1/account/notices", { params: { query: { limit: 30 } } })) };

/** What the person is told. */
export function Bell() {
  const { t } = useTranslation();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const count = useQuery(unread).data?.unread ?? 0;
  const { readAll } = useReadNotices(useToasts().failed);
  const label = t("notices_unread", { count });
  return (
    <>
      <Tooltip title={t("notices")}>
        <IconButton aria-label={label} aria-haspopup="dialog" onClick={(event) => setAnchor(event.currentTarget)}>
          <Badge badgeContent={count === 0 ? undefined : count} color="error" max={99} overlap="circular"><BellIcon size={19} /></Badge>
        </IconButton>
      </Tooltip>
      <Popover open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)} anchorOrigin={{ vertical: "bottom", horizontal: "right" }} transformOrigin={{ vertical: "top", horizontal: "right" }} slotProps={{ paper: { role: "dialog", "aria-label": t("notices"), sx: { width: 400, maxWidth: "calc(100vw - 24px)", maxHeight: "70vh" } } }}>
        <Box sx={{ display: "flex", alignItems: "center", px: 2, pt: 1.5 }}>
          <Typography variant="h3" component="h2" sx={{ flex: 1 }}>{t("notices")}</Typography>
          <Button size="small" disabled={count === 0} onClick={readAll}>{t("read_all")}</Button>
        </Box>
        <Notices onLeave={() => setAnchor(null)} />
      </Popover>
    </>
  );
}

function Notices({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(latest);
  const { data: session } = useQuery(sessionQuery);
  const { read } = useReadNotices(useToasts().failed);
  const go = (notice: Api<"NoticeView">) => {
    if (!notice.read_at) read(notice.id);
    const workspace = session?.workspaces.find((one) => one.id === notice.workspace_id)?.slug;
    onLeave();
    if (workspace && notice.run_id) void navigate({ to: "/w/$workspace/runs/$run", params: { workspace, run: notice.run_id } });
    else if (workspace && notice.pipeline_id) void navigate({ to: "/w/$workspace/pipelines/$pipeline", params: { workspace, pipeline: notice.pipeline_id } });
  };
  if (error) return <Box sx={{ px: 2 }}><ProblemAlert error={error} onRetry={() => void refetch()} /></Box>;
  if (!data) return <ListSkeleton rows={3} text={t("loading_notices")} />;
  if (data.items.length === 0) return <Typography color="textSecondary" sx={{ p: 2 }}>{t("no_notices")}</Typography>;
  return (
    <List dense>
      {data.items.map((notice) => (
        <ListItem key={notice.id} disablePadding>
          <ListItemButton onClick={() => go(notice)} sx={{ borderLeft: 3, borderColor: notice.read_at ? "transparent" : "primary.main" }}>
            <ListItemText
              primary={<Marked text={say(notice.words.title)} />}
              secondary={<><Marked text={say(notice.words.text)} /><Box component="span" sx={{ display: "block", mt: 0.25 }}><TimeText at={notice.updated_at} /></Box></>}
              slotProps={{ primary: { sx: { fontWeight: notice.read_at ? 400 : 650 } } }}
            />
          </ListItemButton>
        </ListItem>
      ))}
    </List>
  );
}
