import Box from "@mui/material/Box";
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { ArrowRightFromLine, ArrowRightToLine, Ban, CircleCheck, CircleDashed, CircleX, LoaderCircle, Shuffle, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { formatDuration, formatNumber, formatShort } from "@/lib/format";
import type { GraphNode } from "./document";
import { HEIGHT, WIDTH } from "./layout";
import type { NodeState, Standing } from "./standing";

export type CardNode = Node<{ node: GraphNode; title: string; standing: Standing }, "card">;

const ROLE = { source: ArrowRightFromLine, transform: Shuffle, destination: ArrowRightToLine };
const LOOKS: Record<NodeState, { icon: typeof Ban; color: string }> = {
  waiting: { icon: CircleDashed, color: "queued.main" },
  running: { icon: LoaderCircle, color: "info.main" },
  done: { icon: CircleCheck, color: "success.main" },
  quarantined: { icon: TriangleAlert, color: "quarantine.main" },
  failed: { icon: CircleX, color: "error.main" },
  unreached: { icon: Ban, color: "queued.main" },
};

/** A node of a run: what it is, how it stands, how many rows. */
export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const { t } = useTranslation("runs");
  const { node, title, standing } = data;
  const Role = ROLE[node.role];
  const { icon: Icon, color } = LOOKS[standing.state];
  const rows = standing.task?.rows_written ?? standing.rows;
  return (
    <Box sx={{ width: WIDTH, height: HEIGHT, px: 1.25, py: 0.75, boxSizing: "border-box", bgcolor: "background.paper", color: "text.primary", border: 1, borderLeft: 4, borderColor: selected ? "primary.main" : "divider", borderLeftColor: color, borderRadius: 1.5, cursor: "pointer", ...(selected && { outline: "2px solid", outlineColor: "primary.main" }) }}>
      {node.role !== "source" && <Handle type="target" position={Position.Left} isConnectable={false} style={{ opacity: 0 }} />}
      <Box sx={{ display: "flex", alignItems: "center", gap: 0.75 }}>
        <Box component="span" sx={{ flex: 1, fontWeight: 650, fontSize: 15, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{node.name}</Box>
        <Box component="span" title={t(`node_state.${standing.state}`)} sx={{ color, display: "flex", ...(standing.state === "running" && { "& svg": { animation: "spin 1.6s linear infinite" }, "@keyframes spin": { to: { transform: "rotate(360deg)" } } }) }}><Icon size={16} aria-hidden /></Box>
      </Box>
      <Box sx={{ display: "flex", alignItems: "center", gap: 0.5, color: "text.secondary", fontSize: 13 }}><Role size={13} aria-hidden style={{ flexShrink: 0 }} /><Box component="span" sx={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{title}</Box></Box>
      <Box sx={{ fontSize: 13, display: "flex", columnGap: 1, mt: 0.25, whiteSpace: "nowrap", overflow: "hidden" }}>
        {rows !== undefined && <span>{t("rows_count", { count: rows, rows: standing.quarantined > 0 ? formatShort(rows) : formatNumber(rows) })}</span>}
        {standing.seconds !== undefined && standing.quarantined === 0 && <Box component="span" sx={{ color: "text.secondary" }}>{formatDuration(standing.seconds)}</Box>}
        {standing.quarantined > 0 && <Box component="span" title={t("in_quarantine_short", { rows: formatNumber(standing.quarantined) })} sx={{ color: "quarantine.main", fontWeight: 600, display: "inline-flex", alignItems: "center", gap: 0.375 }}><TriangleAlert size={13} aria-hidden />{formatShort(standing.quarantined)}</Box>}
      </Box>
      {node.role !== "destination" && <Handle type="source" position={Position.Right} isConnectable={false} style={{ opacity: 0 }} />}
    </Box>
  );
}, isSame);

/** Progress comes twice a second, and of most nodes of a long pipeline it tells nothing new. */
function isSame(before: NodeProps<CardNode>, now: NodeProps<CardNode>): boolean {
  const [one, other] = [before.data.standing, now.data.standing];
  return before.selected === now.selected && before.data.node === now.data.node && before.data.title === now.data.title && one.state === other.state && one.task === other.task && one.rows === other.rows && one.seconds === other.seconds && one.quarantined === other.quarantined;
}
