import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import { ChevronRight, CircleAlert, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Graph, problemsOf } from "../model/graph";
import { kindKey } from "../model/kinds";
import { useBuilder } from "./context";
import { COLOURS, KindIcon } from "./looks";
import { NodePanel } from "./NodePanel";
import { Preview } from "./Preview";
import { Marked } from "@/components/Marked";
import { say } from "@/lib/sayings";

/** Nodes in the order of their rows. */
function inOrder(graph: Graph): string[] {
  const done = new Set<string>();
  const all = [...graph.nodes.keys()];
  for (let before = -1; before !== done.size; ) {
    before = done.size;
    for (const name of all) if (!done.has(name) && graph.edges.every((edge) => edge.to !== name || done.has(edge.node))) done.add(name);
  }
  return [...done, ...all.filter((name) => !done.has(name))];
}

/** The pipeline as a list, for narrow screens: the steps in the order of the rows, each with its form. */
export function Steps({ onInsert }: { onInsert: () => void }) {
  const { t } = useTranslation("pipelines");
  const { graph, kinds, problems, select, mayEdit } = useBuilder();
  return (
    <List aria-label={t("view_steps")} sx={{ flex: 1, minWidth: 0, bgcolor: "background.paper", py: 0 }}>
      {inOrder(graph).map((name) => {
        const node = graph.nodes.get(name);
        if (!node) return null;
        const kind = kinds.get(kindKey(node.role, node.kind));
        const found = problemsOf(problems, name);
        const from = graph.edges.filter((edge) => edge.to === name && !edge.isScope).map((edge) => edge.node).join(", ");
        return (
          <ListItem key={name} disablePadding divider>
            <ListItemButton onClick={() => select([name])} sx={{ gap: 1.5 }}>
              <Box sx={{ color: COLOURS[node.role], display: "inline-flex" }}><KindIcon kind={kind} size={20} /></Box>
              <ListItemText sx={{ minWidth: 0 }} primary={name} secondary={(found[0] && <Marked text={say(found[0].message)} />) ?? [kind?.title ?? node.kind, node.connection, from ? t("step_from", { from }) : ""].filter(Boolean).join(" · ")} slotProps={{ primary: { sx: { fontWeight: 600 } }, secondary: { noWrap: true, color: found.length > 0 ? "error" : "text.secondary" } }} />
              {found.length > 0 && <Box sx={{ color: "error.main", display: "inline-flex" }}><CircleAlert size={17} role="img" aria-label={t("problems_count", { count: found.length })} /></Box>}
              <ChevronRight size={17} aria-hidden />
            </ListItemButton>
          </ListItem>
        );
      })}
      {mayEdit && <ListItem><Button startIcon={<Plus size={16} />} onClick={onInsert}>{t("add_node")}</Button></ListItem>}
    </List>
  );
}

/** The form of a node, over the whole screen; its rows on demand. */
export function NodeDialog({ onCopy, onClose }: { onCopy: () => void; onClose: () => void }) {
  const { t } = useTranslation("pipelines");
  const { selected } = useBuilder();
  const [hasRows, setHasRows] = useState(false);
  return (
    <Dialog open fullScreen onClose={onClose} slotProps={{ paper: { "aria-label": t("node_panel", { name: selected.at(-1) }), "aria-labelledby": undefined } }}>
      {hasRows ? <Preview onClose={() => setHasRows(false)} /> : <NodePanel onPreview={() => setHasRows(true)} onCopy={onCopy} onClose={onClose} />}
    </Dialog>
  );
}
