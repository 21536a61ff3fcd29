import Box from "@mui/material/Box";
import Dialog from "@mui/material/Dialog";
import InputBase from "@mui/material/InputBase";
import List from "@mui/material/List";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Typography from "@mui/material/Typography";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Choice, useChoices } from "./choices";
import { useBuilder } from "./context";
import { COLOURS, KindIcon } from "./looks";
import { focusNewNode } from "./useKeys";

/** Adds a node by typing: what it is called, Enter. `target`: one that loads, for a pipeline that loads nothing. */
export function InsertDialog({ target = false, onClose }: { target?: boolean; onClose: () => void }) {
  const { t } = useTranslation("pipelines");
  const { insert, selected, edge, graph } = useBuilder();
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const found = useChoices(search);
  const all = target ? found.filter(({ kind }) => kind.role === "destination") : found;
  // Behind a node comes no source: they stand last.
  const isSource = (choice: Choice) => selected.length > 0 && choice.kind.role === "source";
  const choices = [...all.filter((choice) => !isSource(choice)), ...(search ? all.filter(isSource) : [])].slice(0, 40);
  const field = useRef<HTMLInputElement>(null);
  // The node that had the focus keeps it until the dialog is there.
  useEffect(() => {
    const timer = setTimeout(() => field.current?.focus(), 0);
    return () => clearTimeout(timer);
  }, []);
  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    focusNewNode(insert(choice.kind.role, choice.kind.name, choice.connection));
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = Math.min(choices.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)));
      setAt(next);
      document.getElementById(`insert-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(choices[at]);
    }
  };
  const through = graph.edges.find((one) => one.id === edge);
  const where = target ? t("insert_target", { name: selected.at(-1) ?? "" }) : through ? t("insert_into", { from: through.node, to: through.to }) : selected.length > 0 ? t("insert_behind", { name: selected.at(-1) }) : t("insert_free");
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" sx={{ "& .MuiDialog-container": { alignItems: "flex-start" } }} slotProps={{ paper: { sx: { mt: "10vh" }, "aria-label": t("insert_title"), "aria-labelledby": undefined } }}>
      <Box sx={{ p: 2, pb: 1 }}>
        <InputBase autoFocus inputRef={field} fullWidth value={search} onChange={(event) => { setSearch(event.target.value); setAt(0); }} onKeyDown={onKeyDown} placeholder={t("insert_placeholder")} inputProps={{ "aria-label": t("insert_placeholder"), role: "combobox", "aria-expanded": true, "aria-controls": "insert-list", "aria-activedescendant": choices.length > 0 ? `insert-${at}` : undefined }} sx={{ fontSize: 17 }} />
        <Typography variant={target ? "body2" : "caption"} color="textSecondary">{where}</Typography>
      </Box>
      <List id="insert-list" role="listbox" aria-label={t("insert_title")} dense sx={{ overflow: "auto", maxHeight: 380, pt: 0 }}>
        {choices.map((choice, index) => (
          <ListItemButton key={choice.id} id={`insert-${index}`} role="option" aria-selected={index === at} selected={index === at} tabIndex={-1} onClick={() => choose(choice)} sx={{ gap: 1.5 }}>
            <Box sx={{ color: COLOURS[choice.kind.role], display: "inline-flex" }}><KindIcon kind={choice.kind} /></Box>
            <ListItemText primary={choice.title} secondary={choice.detail} slotProps={{ secondary: { noWrap: true } }} />
            <Typography variant="caption" color="textSecondary">{t(`group.${choice.group}`)}</Typography>
          </ListItemButton>
        ))}
        {choices.length === 0 && <Typography component="li" role="option" aria-selected={false} aria-disabled color="textSecondary" sx={{ px: 2, py: 1.5 }}>{t("palette_nothing", { text: search })}</Typography>}
      </List>
    </Dialog>
  );
}
