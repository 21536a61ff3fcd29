import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import IconButton from "@mui/material/IconButton";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Popover from "@mui/material/Popover";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { History, Save, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useToasts } from "@/components/Toasts";
import { dropped, kept, type Queries } from "./memory";

interface Props {
  queries: Queries;
  sql: string;
  onChange: (how: (queries: Queries) => Queries) => void;
  onChoose: (sql: string) => void;
}

/** Queries that were kept under a name, and those that were asked before. */
export function QueryMenu({ queries, sql, onChange, onChoose }: Props) {
  const { t } = useTranslation("data");
  const toasts = useToasts();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [name, setName] = useState<string>();
  const choose = (text: string) => {
    setAnchor(null);
    onChoose(text);
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    const given = name?.trim();
    if (!given) return;
    onChange((all) => kept(all, given, sql));
    setName(undefined);
    toasts.done(t("query_saved", { name: given }));
  };
  const drop = (one: { name: string; sql: string }) => {
    onChange((all) => dropped(all, one.name));
    toasts.done(t("query_dropped", { name: one.name }), { label: t("common:undo"), run: () => onChange((all) => kept(all, one.name, one.sql)) });
  };
  const isEmpty = queries.saved.length === 0 && queries.history.length === 0;
  return (
    <>
      <Button size="small" startIcon={<History size={15} />} aria-haspopup="dialog" onClick={(event) => setAnchor(event.currentTarget)}>{t("queries")}</Button>
      <Button size="small" startIcon={<Save size={15} />} disabled={sql.trim() === ""} onClick={() => setName("")}>{t("save_query")}</Button>
      <Popover open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)} anchorOrigin={{ vertical: "bottom", horizontal: "left" }} slotProps={{ paper: { role: "dialog", "aria-label": t("queries"), sx: { width: 520, maxWidth: "calc(100vw - 24px)", maxHeight: "60vh", p: 1 } } }}>
        {isEmpty && <Typography color="textSecondary" sx={{ p: 1.5 }}>{t("no_queries")}</Typography>}
        {queries.saved.length > 0 && (
          <Part title={t("saved_queries")}>
            {queries.saved.map((one) => (
              <ListItem key={one.name} disablePadding secondaryAction={<IconButton size="small" edge="end" aria-label={t("drop_query", { name: one.name })} onClick={() => drop(one)}><Trash2 size={15} /></IconButton>}>
                <ListItemButton onClick={() => choose(one.sql)}><ListItemText primary={one.name} secondary={short(one.sql)} slotProps={{ primary: { sx: { fontWeight: 600 } }, secondary: { noWrap: true } }} /></ListItemButton>
              </ListItem>
            ))}
          </Part>
        )}
        {queries.history.length > 0 && (
          <Part title={t("history")}>
            {queries.history.map((one) => <ListItem key={one} disablePadding><ListItemButton onClick={() => choose(one)}><ListItemText primary={short(one)} slotProps={{ primary: { noWrap: true, sx: { fontFamily: "ui-monospace, Menlo, Consolas, monospace", fontSize: 12.5 } } }} /></ListItemButton></ListItem>)}
          </Part>
        )}
        {!isEmpty && <Typography variant="caption" color="textSecondary" component="p" sx={{ px: 1.5, py: 0.5 }}>{t("queries_here")}</Typography>}
      </Popover>
      {name !== undefined && (
        <Dialog open onClose={() => setName(undefined)} maxWidth="xs" fullWidth aria-labelledby="save-query">
          <form onSubmit={save}>
            <DialogTitle id="save-query">{t("save_query")}</DialogTitle>
            <DialogContent><TextField autoFocus label={t("query_name")} value={name} onChange={(event) => setName(event.target.value)} helperText={queries.saved.some((one) => one.name === name.trim()) ? t("query_replaces") : t("queries_here")} sx={{ mt: 1 }} /></DialogContent>
            <DialogActions>
              <Button onClick={() => setName(undefined)}>{t("common:cancel")}</Button>
              <Button type="submit" variant="contained" disabled={name.trim() === ""}>{t("common:save")}</Button>
            </DialogActions>
          </form>
        </Dialog>
      )}
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
