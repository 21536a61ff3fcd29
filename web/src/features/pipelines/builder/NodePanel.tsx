import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { BookOpen, Copy, Eye, Trash2, X } from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { LinkIconButton } from "@/components/links";
import type { Role } from "../model/graph";
import { type Kind, kindKey } from "../model/kinds";
import { Columns } from "./Columns";
import { type Builder, useBuilder, useBuilderPart, useBuilderStore } from "./context";
import { COLOURS, KindIcon } from "./looks";
import { NodeForm } from "./NodeForm";

interface Props {
  onPreview: () => void;
  onCopy: () => void;
  onClose: () => void;
}

type TabName = "settings" | "columns";

/** What is known of the selected node, and its settings. */
export function NodePanel(deeds: Props) {
  const { t } = useTranslation("pipelines");
  const { graph, kinds, selected } = useBuilder();
  const [tab, setTab] = useState<TabName>("settings");
  const node = graph.nodes.get(selected.at(-1) ?? "");
  if (!node) return null;
  const kind = kinds.get(kindKey(node.role, node.kind));
  return (
    <Box component="section" data-node-panel aria-label={t("node_panel", { name: node.name })} sx={{ display: "flex", flexDirection: "column", height: "100%", minHeight: 0 }}>
      <Head role={node.role} name={node.kind} kind={kind} tab={tab} setTab={setTab} {...deeds} />
      <Box id="node-panel-body" role="tabpanel" aria-labelledby={`node-tab-${tab}`} tabIndex={0} sx={{ flex: 1, overflow: "auto", p: 2, minHeight: 0 }}>
        {tab === "settings" ? <NodeForm key={node.name} node={node} onPreview={deeds.onPreview} /> : <Columns node={node} />}
      </Box>
    </Box>
  );
}

interface HeadProps extends Props {
  role: Role;
  name: string;
  kind: Kind | undefined;
  tab: TabName;
  setTab: (tab: TabName) => void;
}

const part = ({ mayEdit, mayRun }: Builder) => ({ mayEdit, mayRun });

/** What the node is, and what can be done with it. A key in the form does not draw it anew. */
const Head = memo(function Head({ role, name, kind, tab, setTab, onPreview, onCopy, onClose }: HeadProps) {
  const { t } = useTranslation("pipelines");
  const store = useBuilderStore();
  const { mayEdit, mayRun } = useBuilderPart(part);
  return (
    <>
      <Box sx={{ display: "flex", gap: 1, alignItems: "center", px: 2, pt: 1.5 }}>
        <Box sx={{ color: COLOURS[role], display: "inline-flex" }}><KindIcon kind={kind} size={18} /></Box>
        <Typography variant="h2" component="h2" sx={{ flex: 1, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{kind?.title ?? name}</Typography>
        {(mayEdit || mayRun) && <Tooltip title={t("preview")}><IconButton size="small" onClick={onPreview} aria-label={t("preview")}><Eye size={17} /></IconButton></Tooltip>}
        {mayEdit && <Tooltip title={t("copy_node")}><IconButton size="small" onClick={onCopy} aria-label={t("copy_node")}><Copy size={16} /></IconButton></Tooltip>}
        {mayEdit && <Tooltip title={t("remove_node")}><IconButton size="small" onClick={() => store.now.removeSelected()} aria-label={t("remove_node")}><Trash2 size={16} /></IconButton></Tooltip>}
        <Tooltip title={t("about_kind")}><LinkIconButton size="small" to="/help/$" params={{ _splat: `reference/${role === "transform" ? "transforms" : "connectors"}/${name}` }} aria-label={t("about_kind")}><BookOpen size={16} /></LinkIconButton></Tooltip>
        <IconButton size="small" onClick={onClose} aria-label={t("common:close")}><X size={17} /></IconButton>
      </Box>
      <Typography variant="body2" color="textSecondary" sx={{ px: 2, pb: 0.5 }}>{kind?.summary}</Typography>
      <Tabs value={tab} onChange={(_, next: TabName) => setTab(next)} sx={{ px: 1, minHeight: 40, borderBottom: 1, borderColor: "divider", "& .MuiTab-root": { minHeight: 40 } }}>
        <Tab value="settings" label={t("tab_settings")} id="node-tab-settings" aria-controls="node-panel-body" />
        <Tab value="columns" label={t("tab_columns")} id="node-tab-columns" aria-controls="node-panel-body" />
      </Tabs>
    </>
  );
});
