import "@xyflow/react/dist/style.css";
import Box from "@mui/material/Box";
import { useColorScheme } from "@mui/material/styles";
import { Background, BackgroundVariant, Controls, type Edge, MarkerType, type NodeChange, ReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { formatShort } from "@/lib/format";
import { useKindNames } from "@/lib/useKindNames";
import type { Graph } from "./document";
import { layout, HEIGHT, WIDTH } from "./layout";
import { type CardNode, NodeCard } from "./NodeCard";
import type { Standing } from "./standing";

const types = { card: NodeCard };
/** With more nodes than this, only those in view are drawn. */
const MANY = 60;

interface Props {
  graph: Graph;
  standings: Map<string, Standing>;
  selected: string | undefined;
  onSelect: (node: string | undefined) => void;
}

/** The pipeline as it runs: states on the nodes, rows on the edges. Nothing can be moved here. */
export function RunGraph({ graph, standings, selected, onSelect }: Props) {
  const { t } = useTranslation("runs");
  const titleOf = useKindNames();
  const { mode, systemMode } = useColorScheme();
  const scheme = mode === "system" ? systemMode : mode;
  const places = useMemo(() => layout(graph), [graph]);
  const extent = [...places.values()].reduce((most, place) => ({ x: Math.max(most.x, place.x + WIDTH), y: Math.max(most.y, place.y + HEIGHT) }), { x: 1, y: HEIGHT });
  // As high as the drawing is once it fits the width of a usual page.
  const height = Math.min(480, Math.max(180, extent.y * Math.min(1, 1040 / extent.x) + 80));
  const nodes = graph.nodes.map<CardNode>((node) => {
    const standing = standings.get(node.name) ?? { state: "unreached", quarantined: 0 };
    return {
      id: node.name,
      type: "card",
      position: places.get(node.name) ?? { x: 0, y: 0 },
      width: WIDTH,
      height: HEIGHT,
      data: { node, title: titleOf(node.kind), standing },
      selected: node.name === selected,
      ariaLabel: t("node_label", { name: node.name, kind: titleOf(node.kind), state: t(`node_state.${standing.state}`) }),
    };
  });
  const edges = graph.edges.map<Edge>((edge, index) => {
    const from = standings.get(edge.from);
    const to = standings.get(edge.to);
    const port = edge.port ? from?.ports?.[edge.port] : undefined;
    const rate = (edge.port ? port?.perSecond : from?.perSecond) ?? 0;
    const count = edge.port ? port?.rows : (from?.task?.rows_written ?? from?.rows);
    const text = [count === undefined ? "" : formatShort(count), from?.state === "running" && rate > 0 ? t("per_second_short", { rows: formatShort(rate) }) : ""].filter(Boolean).join(" · ");
    return {
      id: String(index),
      source: edge.from,
      target: edge.to,
      ariaLabel: t("pipelines:edge_label", { from: edge.from, to: edge.to }),
      animated: to?.state === "running",
      focusable: false,
      label: [edge.port, text].filter(Boolean).join(" · "),
      labelStyle: { fill: "var(--mui-palette-text-secondary)", fontSize: 13 },
      labelBgStyle: { fill: "var(--mui-palette-background-default)" },
      style: { stroke: to?.state === "running" ? "var(--mui-palette-info-main)" : "var(--mui-palette-text-secondary)", strokeWidth: 1.25 },
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--mui-palette-text-secondary)" },
    };
  });
  // By mouse or by keyboard (Enter, Escape): what is chosen stands in the address.
  const choose = (changes: NodeChange<CardNode>[]) => {
    const picks = changes.filter((change) => change.type === "select");
    if (picks.length > 0) onSelect(picks.find((change) => change.selected)?.id);
  };
  return (
    <Box component="section" aria-label={t("graph")} sx={{ height: { xs: Math.min(height, 260), md: height }, border: 1, borderColor: "divider", borderRadius: 1, overflow: "hidden", "& .react-flow": { "--xy-background-color": "transparent" } }}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={types}
        colorMode={scheme ?? "light"}
        onlyRenderVisibleElements={nodes.length > MANY}
        fitView
        // Beside the buttons, and not so small on phones that nothing can be read: the rest is reached by dragging.
        fitViewOptions={{ minZoom: 0.4, maxZoom: 1, padding: { y: 0.05, left: "56px", right: "16px" } }}
        minZoom={0.15}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        onNodesChange={choose}
        ariaLabelConfig={{ "node.a11yDescription.default": t("graph_help"), "controls.ariaLabel": t("pipelines:canvas_controls"), "controls.zoomIn.ariaLabel": t("pipelines:zoom_in"), "controls.zoomOut.ariaLabel": t("pipelines:zoom_out"), "controls.fitView.ariaLabel": t("pipelines:fit_view") }}
      >
        <Background variant={BackgroundVariant.Dots} gap={18} size={1} />
        <Controls showInteractive={false} position="bottom-left" />
      </ReactFlow>
    </Box>
  );
}
