import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Divider from "@mui/material/Divider";
import IconButton from "@mui/material/IconButton";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { CalendarClock, Code, Columns2, Network, Play, Plus, Redo2, Save, StickyNote, Undo2, WandSparkles, Workflow } from "lucide-react";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton, TextLink } from "@/components/links";
import { RunState } from "@/components/RunState";
import { TimeText } from "@/components/TimeText";
import { setNote, tidy } from "../model/edits";
import { type Builder, useBuilderPart, useBuilderStore } from "./context";
import { MoreMenu } from "./MoreMenu";
import { People } from "./People";
import { Problems } from "./Problems";

export type View = "canvas" | "split" | "yaml" | "steps";

interface Props {
  view: View;
  setView: (view: View) => void;
  narrow: boolean;
  isSaving: boolean;
  onSave: () => void;
  onRun: () => void;
  onInsert: () => void;
  onDocument: () => void;
  onKeys: () => void;
  onChanges: () => void;
  onTests: () => void;
  onTarget: () => void;
}

const part = ({ people, select, slug, graph, isDirty, mayEdit, mayRun, undo, redo, canUndo, canRedo, edit, broken, view }: Builder) => ({ people, select, slug, name: graph.value.name, isPlaced: graph.positions.size > 0, isDirty, mayEdit, mayRun, undo, redo, canUndo, canRedo, edit, isBroken: broken.length > 0, saved: view });

/** The head of the builder: what the pipeline is, how it stands, what can be done. */
export const Toolbar = memo(function Toolbar({ view, setView, narrow, isSaving, onSave, onRun, onInsert, onDocument, onKeys, onChanges, onTests, onTarget }: Props) {
  const { t } = useTranslation("pipelines");
  const store = useBuilderStore();
  const { people, select, slug, name: given, isPlaced, isDirty, mayEdit, mayRun, undo, redo, canUndo, canRedo, edit, isBroken, saved } = useBuilderPart(part);
  const name = typeof given === "string" && given ? given : t("unnamed");
  const next = saved?.schedules.filter((one) => !one.paused && one.next_at).sort((a, b) => (a.next_at ?? "").localeCompare(b.next_at ?? ""))[0];
  const note = () => {
    const places = [...store.now.places.values()];
    const xs = places.map(([x]) => x);
    const ys = places.map(([, y]) => y);
    edit(setNote(`note-${Date.now().toString(36)}`, { text: t("note_first"), at: [Math.min(0, ...xs), Math.min(0, ...ys) - 110] }));
  };
  return (
    <Box component="header" sx={{ display: "flex", alignItems: "center", gap: 1, flexWrap: { xs: "wrap", md: "nowrap" }, px: { xs: 1.5, md: 2 }, py: 0.75, borderBottom: 1, borderColor: "divider", bgcolor: "background.paper" }}>
      <Box sx={{ minWidth: 0, mr: 0.5 }}>
        <TextLink to="/w/$workspace/pipelines" params={{ workspace: slug }} variant="caption" color="textSecondary">← {t("title")}</TextLink>
        <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
          <Typography variant="h1" sx={{ fontSize: "1.15rem", maxWidth: { xs: 200, lg: 280 }, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }} title={name}>{name}</Typography>
          {isDirty && <Chip size="small" variant="outlined" color="warning" label={saved ? t("unsaved") : t("new_draft")} />}
          {saved?.archived_at && <Chip size="small" label={t("archived")} />}
          {!mayEdit && !saved?.archived_at && <Chip size="small" label={t("read_only")} />}
        </Box>
      </Box>
      {!narrow && saved?.last_run && <LinkButton to="/w/$workspace/runs/$run" params={{ workspace: slug, run: saved.last_run.id }} size="small" color="inherit" title={t("last_run")} sx={{ minWidth: 0 }}><RunState state={saved.last_run.state as string} short /></LinkButton>}
      {!narrow && next?.next_at && <LinkButton to="/w/$workspace/schedules" params={{ workspace: slug }} search={{ pipeline: saved?.id }} size="small" color="inherit" startIcon={<CalendarClock size={15} />} title={t("next_run")} sx={{ whiteSpace: "nowrap" }}><TimeText at={next.next_at} /></LinkButton>}
      <Problems onShowText={() => setView(narrow ? "yaml" : "split")} onTarget={onTarget} />
      <Box sx={{ flex: 1 }} />
      <People people={people} onGo={(node) => select([node])} />
      {mayEdit && (
        <Box sx={{ display: "flex" }}>
          {!narrow && <Tool label={t("add_node")} keys="/" onClick={onInsert} disabled={isBroken}><Plus size={18} /></Tool>}
          <Tool label={t("common:undo")} keys="Ctrl Z" onClick={undo} disabled={!canUndo}><Undo2 size={17} /></Tool>
          <Tool label={t("redo")} keys="Ctrl Y" onClick={redo} disabled={!canRedo}><Redo2 size={17} /></Tool>
          {!narrow && <Tool label={t("tidy")} onClick={() => edit(tidy())} disabled={!isPlaced}><WandSparkles size={17} /></Tool>}
          {!narrow && <Tool label={t("note_add")} onClick={note}><StickyNote size={17} /></Tool>}
        </Box>
      )}
      <ToggleButtonGroup exclusive size="small" value={view} aria-label={t("view")} onChange={(_, to: View | null) => to && setView(to)} sx={{ "& .MuiToggleButton-root": { px: 1, py: 0.5 } }}>
        {narrow && <ToggleButton value="steps" aria-label={t("view_steps")}><Workflow size={16} /></ToggleButton>}
        <ToggleButton value="canvas" aria-label={t("view_canvas")}><Tooltip title={t("view_canvas")}><Network size={16} /></Tooltip></ToggleButton>
        {!narrow && <ToggleButton value="split" aria-label={t("view_split")}><Tooltip title={t("view_split")}><Columns2 size={16} /></Tooltip></ToggleButton>}
        <ToggleButton value="yaml" aria-label={t("view_yaml")}><Tooltip title={t("view_yaml")}><Code size={16} /></Tooltip></ToggleButton>
      </ToggleButtonGroup>
      <MoreMenu onDocument={onDocument} onKeys={onKeys} onChanges={onChanges} onTests={onTests} />
      {!narrow && <Divider orientation="vertical" flexItem />}
      {mayRun && <Button size="small" variant={isDirty ? "outlined" : "contained"} startIcon={<Play size={15} />} sx={{ whiteSpace: "nowrap" }} onClick={onRun} disabled={isSaving}>{isDirty && mayEdit && !narrow ? t("save_and_run") : t("run")}</Button>}
      {mayEdit && <Button size="small" variant={isDirty ? "contained" : "outlined"} startIcon={narrow ? undefined : <Save size={15} />} onClick={onSave} disabled={!isDirty || isSaving}>{isSaving ? t("saving") : t("common:save")}</Button>}
    </Box>
  );
});

function Tool({ label, keys, onClick, disabled, children }: { label: string; keys?: string; onClick: () => void; disabled?: boolean; children: ReactNode }) {
  return (
    <Tooltip title={keys ? `${label} (${keys})` : label}>
      <span><IconButton size="small" onClick={onClick} disabled={disabled} aria-label={label} sx={{ p: 0.9 }}>{children}</IconButton></span>
    </Tooltip>
  );
}
