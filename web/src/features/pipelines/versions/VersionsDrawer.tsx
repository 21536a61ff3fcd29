import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Drawer from "@mui/material/Drawer";
import IconButton from "@mui/material/IconButton";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowLeft, RotateCcw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { body, client } from "@/api/client";
import { ProblemAlert } from "@/components/ProblemAlert";
import { TimeText } from "@/components/TimeText";
import { ListSkeleton, Waiting } from "@/components/Waiting";
import { say } from "@/lib/sayings";
import { useList } from "@/lib/useList";
import type { Kinds } from "../model/kinds";
import type { PipelineView } from "../requests";
import { DiffView } from "./DiffView";
import { usePeople } from "@/lib/usePeople";

interface Props {
  slug: string;
  view: PipelineView;
  kinds: Kinds;
  /** The version that is compared; 0 shows the list only. */
  version: number;
  onRollback: ((version: number) => void) | undefined;
}

/** Every version of a pipeline, each compared with the one that runs, and that one with the one before it. The address says which one is open. */
export function VersionsDrawer({ slug, view, kinds, version, onRollback }: Props) {
  const { t } = useTranslation("pipelines");
  const navigate = useNavigate();
  const show = (next: number | undefined) => void navigate({ to: ".", search: (old) => ({ ...old, version: next }), replace: true, resetScroll: false });
  const path = { workspace: slug, pipeline: view.id };
  const list = useList(["pipelines", slug, "versions", view.id], (after) => body(client.GET("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/versions", { params: { path, query: { after, limit: 50 } } })));
  const nameOf = usePeople(slug);
  const open = version > 0 ? version : undefined;
  const isCurrent = open === view.version;
  const from = isCurrent ? version - 1 : version;
  const diff = useQuery({ queryKey: ["pipelines", slug, "diff", view.id, from, view.version], queryFn: () => body(client.GET("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/diff", { params: { path, query: { from, to: view.version } } })), enabled: from > 0 });
  return (
    <Drawer anchor="right" open sx={{ zIndex: (theme) => theme.zIndex.modal }} onClose={() => show(undefined)} slotProps={{ paper: { sx: { width: open && from > 0 ? "min(920px, 100vw)" : "min(440px, 100vw)" }, role: "dialog", "aria-labelledby": "versions-title" } as never }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1, p: 2, pb: 1 }}>
        {open && <IconButton size="small" aria-label={t("versions_back")} onClick={() => show(0)}><ArrowLeft size={18} /></IconButton>}
        <Typography id="versions-title" variant="h2" sx={{ flex: 1 }}>{isCurrent ? t("version_number", { number: open }) : open ? t("version_against", { number: open, current: view.version }) : t("versions")}</Typography>
        {open && onRollback && !isCurrent && <Button size="small" variant="contained" startIcon={<RotateCcw size={15} />} onClick={() => onRollback(open)}>{t("rollback")}</Button>}
        <IconButton size="small" aria-label={t("common:close")} onClick={() => show(undefined)}><X size={18} /></IconButton>
      </Box>
      {open ? (
        <Box sx={{ px: 2, pb: 2 }}>
          {isCurrent && <Typography color="textSecondary">{from > 0 ? t("version_current_text", { before: from }) : t("version_first_text")}</Typography>}
          {diff.isFetching && !diff.data && <Waiting text={t("diff_loading")} />}
          <ProblemAlert error={diff.error} onRetry={() => void diff.refetch()} />
          {diff.data && <DiffView from={diff.data.from.document} to={diff.data.to.document} kinds={kinds} />}
        </Box>
      ) : (
        <>
          {!list.rows && !list.error && <ListSkeleton text={t("versions_loading")} />}
          <Box sx={{ px: 2 }}><ProblemAlert error={list.error} onRetry={() => void list.refetch()} /></Box>
          <List dense>
            {list.rows?.map((one) => (
              <ListItem key={one.number} disablePadding>
                <ListItemButton onClick={() => show(one.number)}>
                  <ListItemText
                    primary={<Box sx={{ display: "flex", gap: 1, alignItems: "center" }}><b>{t("version_number", { number: one.number })}</b>{one.number === view.version && <Chip size="small" color="primary" label={t("version_current")} />}</Box>}
                    secondary={<>{one.remark ? `${say(one.remark)} · ` : ""}{nameOf(one.created_by) ? `${nameOf(one.created_by)} · ` : ""}<TimeText at={one.created_at} /></>}
                  />
                </ListItemButton>
              </ListItem>
            ))}
          </List>
          {list.rows && list.rows.length >= 50 && <Button onClick={list.more} disabled={list.isLoadingMore}>{t("common:more")}</Button>}
        </>
      )}
    </Drawer>
  );
}
