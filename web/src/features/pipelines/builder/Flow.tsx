import { Background, BackgroundVariant, type Connection, Controls, type Edge, type EdgeChange, MiniMap, type Node, type NodeChange, ReactFlow } from "@xyflow/react";
import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { NodeCard } from "./NodeCard";
import { NoteCard } from "./NoteCard";

const TYPES = { card: NodeCard, note: NoteCard } as never;
/** With more nodes than this, only those in view are drawn. */
const MANY = 60;
const DELETE = ["Delete", "Backspace"];
const SEVERAL = ["Control", "Meta"];
const FIT = { maxZoom: 1, minZoom: 0.45, padding: 0.12 };
const MAP = { width: 150, height: 96, background: "var(--mui-palette-background-paper)", border: "1px solid var(--mui-palette-divider)" };

export interface FlowDeeds {
  onNodesChange: (changes: NodeChange[]) => void;
  onEdgesChange: (changes: EdgeChange[]) => void;
  fits: (wanted: Connection | Edge) => boolean;
  onConnect: (wanted: Connection) => void;
  onReconnect: (old: Edge, wanted: Connection) => void;
  onPaneClick: () => void;
}

interface Props {
  nodes: Node[];
  edges: Edge[];
  count: number;
  mayEdit: boolean;
  deletes: boolean;
  dark: boolean;
  /** Stay the same: the canvas tells all its nodes of functions that changed. */
  deeds: FlowDeeds;
}

/** React Flow, with what never changes given once: it is drawn anew only for other nodes or edges. */
export const Flow = memo(function Flow({ nodes, edges, count, mayEdit, deletes, dark, deeds }: Props) {
  const { t } = useTranslation("pipelines");
  const labels = useMemo(() => ({ "node.a11yDescription.default": t("canvas_help"), "node.a11yDescription.ariaLiveMessage": ({ direction }: { direction: string }) => t(`moved.${direction}`), "edge.a11yDescription.default": t("edge_help"), "controls.ariaLabel": t("canvas_controls"), "controls.zoomIn.ariaLabel": t("zoom_in"), "controls.zoomOut.ariaLabel": t("zoom_out"), "controls.fitView.ariaLabel": t("fit_view"), "minimap.ariaLabel": t("minimap") }), [t]);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={TYPES}
      onNodesChange={deeds.onNodesChange}
      onEdgesChange={deeds.onEdgesChange}
      onConnect={deeds.onConnect}
      onReconnect={deeds.onReconnect}
      isValidConnection={deeds.fits}
      onPaneClick={deeds.onPaneClick}
      nodesDraggable={mayEdit}
      nodesConnectable={mayEdit}
      edgesReconnectable={mayEdit}
      deleteKeyCode={deletes ? DELETE : null}
      // The panel of a node that is dragged would push the canvas away below the pointer.
      selectNodesOnDrag={false}
      selectionKeyCode="Shift"
      multiSelectionKeyCode={SEVERAL}
      onlyRenderVisibleElements={count > MANY}
      colorMode={dark ? "dark" : "light"}
      minZoom={0.1}
      maxZoom={1.6}
      fitView
      fitViewOptions={FIT}
      ariaLabelConfig={labels}
    >
      <Background variant={BackgroundVariant.Dots} gap={22} size={1.4} color="var(--mui-palette-divider)" />
      <Controls showInteractive={false} position="bottom-left" fitViewOptions={FIT} />
      {count > 6 && <MiniMap pannable zoomable position="bottom-right" style={MAP} nodeColor="var(--mui-palette-text-secondary)" maskColor={dark ? "rgb(0 0 0 / 45%)" : "rgb(0 40 40 / 9%)"} />}
    </ReactFlow>
  );
});
