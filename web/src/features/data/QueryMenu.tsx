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
import { useMutation, useQuery } from "@tanstack/react-query";
import { FolderOpen, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/query";
import { ProblemAlert } from "@/components/ProblemAlert";
import { useToasts } from "@/components/Toasts";
import { Waiting } from "@/components/Waiting";
import { usePeople } from "@/lib/usePeople";
import { useWorkspace } from "@/lib/workspace";
import { SaveDialog } from "./SaveDialog";
import { dropQuery, keepQuery, type Saved, savedQuery } from "./saved";

interface Props {
  connection: string;
  /** What was asked in this browser. */
  history: string[];
  onChoose: (sql: string, saved: Saved | undefined) => void;
  onChanged: (saved: Saved) => void;
}

/** Queries that are kept beside the connection, and those that were asked before. */
export function QueryMenu({ connection, history, onChoose, onChanged }: Props) {
  const { t } = useTranslation("data");
  const { slug } = useWorkspace();
  const toasts = useToasts();
  const nameOf = usePeople(slug);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [renamed, setRenamed] = useState<Saved>();
  const saved = useQuery({ ...savedQuery(slug, connection), enabled: anchor !== null });
  const again = () => queries.invalidateQueries({ queryKey: ["queries"] });
  const drop = useMutation({
    mutationFn: (one: Saved) => dropQuery(slug, connection, one.id),
    onSuccess: (_, one) => toasts.done(t("query_dropped", { name: one.name }), { label: t("common:undo"), run: () => void keepQuery(slug, connection, one.name, one.sql).then(again, toasts.failed) }),
    onError: (error) => toasts.failed(error),
    onSettled: again,
  });
  const choose = (text: string, one?: Saved) => {
    setAnchor(null);
    onChoose(text, one);
  };
  return (
    <>
      <Button size="small" startIcon={<FolderOpen size={15} />} aria-haspopup="dialog" aria-expanded={anchor !== null} onClick={(event) => setAnchor(event.currentTarget)}>{t("queries")}</Button>
      <Popover open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)} anchorOrigin={{ vertical: "bottom", horizontal: "left" }} slotProps={{ paper: { role: "dialog", "aria-label": t("queries"), sx: { width: 520, maxWidth: "calc(100vw - 24px)", maxHeight: "60vh", p: 1 } } }}>
        <ProblemAlert error={saved.error} onRetry={() => void saved.refetch()} />
        <Part title={t("saved_queries")}>
          {!saved.data && !saved.error && <Box component="li" sx={{ p: 1.5 }}><Waiting text={t("loading_queries")} /></Box>}
          {saved.data?.length === 0 && <Typography component="li" color="textSecondary" sx={{ px: 1.5, pb: 1 }}>{t("no_queries")}</Typography>}
          {saved.data?.map((one) => (
            <ListItem
              key={one.id}
              disablePadding
              secondaryAction={
                <>
                  <Tooltip title={t("rename")}><IconButton size="small" aria-label={t("rename_query", { name: one.name })} onClick={() => setRenamed(one)}><Pencil size={15} /></IconButton></Tooltip>
                  <Tooltip title={t("common:delete")}><IconButton size="small" edge="end" aria-label={t("drop_query", { name: one.name })} disabled={drop.isPending} onClick={() => drop.mutate(one)}><Trash2 size={15} /></IconButton></Tooltip>
                </>
              }
              sx={{ "& .MuiListItemButton-root": { pr: 10 } }}
            >
              <ListItemButton onClick={() => choose(one.sql, one)}><ListItemText primary={<>{one.name}<Box component="span" sx={{ ml: 1, fontWeight: 400, fontSize: 13, color: "text.secondary" }}>{nameOf(one.updated_by ?? one.created_by)}</Box></>} secondary={short(one.sql)} slotProps={{ primary: { sx: { fontWeight: 600, overflowWrap: "anywhere" } }, secondary: { noWrap: true } }} /></ListItemButton>
            </ListItem>
          ))}
        </Part>
        {history.length > 0 && (
          <Part title={t("history")}>
            {history.map((one) => <ListItem key={one} disablePadding><ListItemButton onClick={() => choose(one)}><ListItemText primary={short(one)} slotProps={{ primary: { noWrap: true, sx: { fontFamily: "ui-monospace, Menlo, Consolas, monospace", fontSize: 12.5 } } }} /></ListItemButton></ListItem>)}
          </Part>
        )}
      </Popover>
      {renamed && <SaveDialog connection={connection} sql={renamed.sql} before={renamed} onSaved={onChanged} onClose={() => setRenamed(undefined)} />}
    </>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Box>
      <Typography variant="overline" sx={{ px: 1.5, color: "text.secondary" }} component="h3">{title}</Typography>
      <List dense disablePadding>{children}</List>
    </Box>
  );
}

function short(sql: string): string {
  return sql.replace(/\s+/g, " ").trim();
}
