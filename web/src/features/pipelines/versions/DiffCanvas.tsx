import Box from "@mui/material/Box";
import { Handle, Position, ReactFlow, type NodeProps } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { layoutGraph } from "@/lib/layoutGraph";
import { type NodeChange, valueOf } from "../model/compare";
import { graphOf } from "../model/graph";
import type { Kinds } from "../model/kinds";

type Change = NodeChange["change"] | "same";
const COLOURS: Record<Change, string> = { added: "success.main", removed: "error.main", changed: "warning.main", same: "divider" };

function Mark({ data }: NodeProps & { data: { name: string; change: Change; word: string } }) {
  return (
    <Box sx={{ width: 180, height: 44, px: 1.25, display: "flex", flexDirection: "column", justifyContent: "center", bgcolor: "background.paper", border: 2, borderStyle: data.change === "removed" ? "dashed" : "solid", borderColor: COLOURS[data.change], borderRadius: 1 }}>
      <Box sx={{ fontSize: 13, fontWeight: 600, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", color: data.change === "same" ? "text.secondary" : "text.primary", textDecoration: data.change === "removed" ? "line-through" : undefined }}>{data.name}</Box>
      {data.change !== "same" && <Box sx={{ fontSize: 11, color: COLOURS[data.change] }}>{data.word}</Box>}
      <Handle type="target" position={Position.Left} isConnectable={false} style={{ opacity: 0 }} />
      <Handle type="source" position={Position.Right} isConnectable={false} style={{ opacity: 0 }} />
    </Box>
  );
}
const types = { mark: Mark } as never;

/** Both documents on one canvas: what came, what went, what changed. */
export default function DiffCanvas({ from, to, kinds, changes }: { from: string; to: string; kinds: Kinds; changes: NodeChange[] }) {
  const { t } = useTranslation("pipelines");
  const { nodes, edges } = useMemo(() => {
    const [old, now] = [graphOf(valueOf(from), kinds), graphOf(valueOf(to), kinds)];
    const names = [...new Set([...now.nodes.keys(), ...old.nodes.keys()])];
    const key = (edge: { node: string; to: string }) => `${edge.node} > ${edge.to}`;
    const lines = new Map([...old.edges, ...now.edges].map((edge) => [key(edge), edge]));
    const [before, after] = [new Set(old.edges.map(key)), new Set(now.edges.map(key))];
    const places = layoutGraph(names.map((id) => ({ id, width: 180, height: 44 })), [...lines.values()].map((edge) => ({ from: edge.node, to: edge.to })));
    return {
      nodes: names.map((name) => {
        const change: Change = changes.find((one) => one.node === name)?.change ?? "same";
        const [x, y] = places.get(name) ?? [0, 0];
        return { id: name, type: "mark", position: { x, y }, data: { name, change, word: change === "same" ? "" : t(`change.${change}`) }, width: 180, height: 44 };
      }),
      edges: [...lines].map(([id, edge]) => ({ id, source: edge.node, target: edge.to, ariaLabel: t("edge_label", { from: edge.node, to: edge.to }), style: { stroke: before.has(id) && after.has(id) ? "var(--mui-palette-text-secondary)" : after.has(id) ? "var(--mui-palette-success-main)" : "var(--mui-palette-error-main)", strokeDasharray: after.has(id) ? undefined : "5 4" } })),
    };
  }, [from, to, kinds, changes, t]);
  return (
    <Box sx={{ height: "46vh", border: 1, borderColor: "divider", borderRadius: 1, "--xy-background-color": "transparent" }}>
      <ReactFlow nodes={nodes} edges={edges} nodeTypes={types} nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} fitView fitViewOptions={{ maxZoom: 1 }} minZoom={0.1} />
    </Box>
  );
}
