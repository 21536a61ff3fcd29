import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { PanelLeftClose, Search } from "lucide-react";
import { memo, useCallback, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { ListSkeleton } from "@/components/Waiting";
import { GROUPS } from "../model/kinds";
import { DRAGGED } from "./Canvas";
import { type Choice, useChoices } from "./choices";
import { useBuilderStore } from "./context";
import { COLOURS, KindIcon } from "./looks";

/** Everything that can be put on the canvas: dragged there, or clicked to follow what is selected. */
export const Palette = memo(function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("pipelines");
  const [search, setSearch] = useState("");
  const all = useChoices(search);
  // The list is drawn once the canvas is there, and in between what people do: it is long, and nobody begins with it.
  const isDue = useDeferredValue(true, false);
  const choices = isDue ? all : [];
  // Headings come with their entries: those that stand alone for a moment would be moved away by them.
  const groups = isDue ? GROUPS : [];
  // The list is long: it is not drawn anew while somebody types in a form.
  const store = useBuilderStore();
  const onInsert = useCallback(({ kind, connection }: Choice) => store.now.insert(kind.role, kind.name, connection), [store]);
  return (
    <Box component="section" aria-label={t("palette")} sx={{ width: 226, flexShrink: 0, display: "flex", flexDirection: "column", borderRight: 1, borderColor: "divider", bgcolor: "background.paper", minHeight: 0 }}>
      <Box sx={{ p: 1.25, pb: 0.75, display: "flex", gap: 0.5, alignItems: "center" }}>
        <TextField
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          placeholder={t("palette_search")}
          slotProps={{ htmlInput: { "aria-label": t("palette_search") }, input: { sx: { fontSize: 13.5, pl: 1.25, "& input": { pr: 0.5 } }, startAdornment: <InputAdornment position="start"><Search size={15} aria-hidden /></InputAdornment> } }}
        />
        <Tooltip title={t("palette_close")}><IconButton size="small" onClick={onClose} aria-label={t("palette_close")}><PanelLeftClose size={16} /></IconButton></Tooltip>
      </Box>
      <Box sx={{ flex: 1, overflow: "auto", px: 1, pb: 1.5 }} tabIndex={-1}>
        {!isDue && <ListSkeleton rows={10} text={t("common:loading_page")} />}
        {search.trim() ? choices.map((choice) => <Entry key={choice.id} choice={choice} onInsert={onInsert} />) : groups.map((group) => (
          <Box key={group} component="section" aria-label={t(`group.${group}`)}>
            <Typography variant="overline" component="h2" color="textSecondary" sx={{ px: 0.75 }}>{t(`group.${group}`)}</Typography>
            {choices.filter((choice) => choice.group === group).map((choice) => <Entry key={choice.id} choice={choice} onInsert={onInsert} />)}
          </Box>
        ))}
        {isDue && choices.length === 0 && <Typography variant="body2" color="textSecondary" sx={{ p: 1 }}>{t("palette_nothing", { text: search })}</Typography>}
      </Box>
    </Box>
  );
});

const Entry = memo(function Entry({ choice, onInsert }: { choice: Choice; onInsert: (choice: Choice) => void }) {
  const { kind, connection, title, detail } = choice;
  return (
    <Tooltip describeChild title={connection ? `${title} · ${detail}` : detail} placement="right" enterDelay={600}>
      <ButtonBase
        draggable
        onDragStart={(event) => { event.dataTransfer.setData(DRAGGED, JSON.stringify({ role: kind.role, kind: kind.name, connection })); event.dataTransfer.effectAllowed = "copy"; }}
        onClick={() => onInsert(choice)}
        sx={{ display: "flex", width: "100%", justifyContent: "flex-start", gap: 1, px: 0.75, py: 0.6, borderRadius: 1, cursor: "grab", textAlign: "left", "&:hover": { bgcolor: "action.hover" } }}
      >
        <Box component="span" sx={{ color: COLOURS[kind.role], display: "inline-flex" }}><KindIcon kind={kind} /></Box>
        <Box component="span" sx={{ fontSize: 13, lineHeight: 1.3, flex: connection ? "1 0 auto" : 1, maxWidth: connection ? "65%" : undefined, overflowWrap: "anywhere" }}>{title}</Box>
        {connection && <Box component="span" sx={{ fontSize: 11, color: "text.secondary", ml: "auto", minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{kind.title}</Box>}
      </ButtonBase>
    </Tooltip>
  );
});
