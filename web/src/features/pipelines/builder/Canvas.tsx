import Box from "@mui/material/Box";
import { useColorScheme } from "@mui/material/styles";
import useMediaQuery from "@mui/material/useMediaQuery";
import { Background, BackgroundVariant, type Connection, Controls, type Edge as FlowEdge, type EdgeChange, MarkerType, MiniMap, type Node, type NodeChange, ReactFlow, useReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { type DragEvent, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { connect, disconnect, moveNodes, setNote } from "../model/edits";
import { mayConnect, problemsOf, SCOPE } from "../model/graph";
import { kindKey } from "../model/kinds";
import { sizeOf, WIDTH } from "../model/place";
import { useBuilder } from "./context";
import { MORE, NodeCard } from "./NodeCard";
import { NoteCard } from "./NoteCard";

const types = { card: NodeCard, note: NoteCard } as never;
const NOTE = "note:";
export const DRAGGED = "application/x-towpath-node";
/** With more nodes than this, only those in view are drawn. */
const MANY = 60;

export function Canvas({ locked = false }: { locked?: boolean }) {
  const { t } = useTranslation("pipelines");
  const builder = useBuilder();
  const { graph, kinds, places, problems, selected, select, edit, edge, setEdge } = builder;
  const mayEdit = builder.mayEdit && !locked && builder.broken.length === 0;
  const dark = useDark();
  const flow = useReactFlow();
  const [drag, setDrag] = useState<Map<string, { x: number; y: number }>>(new Map());
  const [chosen, setChosen] = useState<string[]>([]);
  const [measured, setMeasured] = useState<Map<string, { width: number; height: number }>>(new Map());

  const pane = useRef<HTMLDivElement>(null);
  useReveal(pane, selected.length === 1 ? selected[0] : undefined, places);

  const still = useMemo<Node[]>(() => {
    const scoped = new Set(graph.edges.filter((one) => one.isScope).map((one) => one.to));
    const nodes: Node[] = [...graph.nodes.values()].map((node) => {
      const [x, y] = places.get(node.name) ?? [0, 0];
      const kind = kinds.get(kindKey(node.role, node.kind));
      const found = problemsOf(problems, node.name).length;
      const data = { node, title: kind?.title ?? node.kind, group: kind?.group, problems: found, hasScope: scoped.has(node.name), mayEdit };
      return { id: node.name, type: "card", position: { x, y }, data, measured: sizeOf(node), ...sizeOf(node), selected: selected.includes(node.name), ariaLabel: t("node_label", { name: node.name, kind: data.title, count: found }) };
    });
    const notes: Node[] = graph.notes.map((note) => ({
      id: NOTE + note.id,
      type: "note",
      position: { x: note.at[0], y: note.at[1] },
      measured: measured.get(NOTE + note.id),
      selected: chosen.includes(NOTE + note.id),
      data: { text: note.text, onChange: mayEdit ? (text: string) => edit(setNote(note.id, { ...note, text }), `note ${note.id}`) : undefined },
    }));
    return [...nodes, ...notes];
  }, [graph, places, kinds, problems, selected, mayEdit, t, measured, chosen, edit]);
  const nodes = useMemo(() => (drag.size === 0 ? still : still.map((node) => { const position = drag.get(node.id); return position ? { ...node, position } : node; })), [still, drag]);

  const edges = useMemo<FlowEdge[]>(
    () =>
      graph.edges.map((one) => ({
        id: one.id,
        source: one.node,
        sourceHandle: one.output,
        target: one.to,
        targetHandle: one.isScope ? SCOPE : one.port,
        selected: edge === one.id,
        deletable: mayEdit && !one.isScope,
        focusable: !one.isScope,
        markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
        style: { strokeWidth: edge === one.id ? 2.5 : 1.5, ...(one.isScope && { strokeDasharray: "5 4" }) },
        ariaLabel: t("edge_label", { from: one.node, to: one.to }),
      })),
    [graph, edge, mayEdit, t],
  );

  const onNodesChange = useCallback(
    (changes: NodeChange[]) => {
      const moves = changes.filter((change) => change.type === "position");
      if (moves.length > 0) {
        const next = new Map(drag);
        for (const move of moves) if (move.position) next.set(move.id, move.position);
        if (moves.every((move) => !move.dragging) && next.size > 0) {
          const all = Object.fromEntries([...places].map(([name, at]) => [name, at]));
          const moved: Record<string, [number, number]> = {};
          for (const [id, { x, y }] of next) {
            if (id.startsWith(NOTE)) {
              const note = graph.notes.find((one) => NOTE + one.id === id);
              if (note) edit(setNote(note.id, { ...note, at: [x, y] }));
            } else moved[id] = [x, y];
          }
          // The first move settles where all stand, so that nothing jumps later.
          if (Object.keys(moved).length > 0) edit(moveNodes(graph.positions.size === 0 ? { ...all, ...moved } : moved), "move");
          setDrag(new Map());
        } else setDrag(next);
      }
      const sizes = changes.filter((change) => change.type === "dimensions" && change.id.startsWith(NOTE));
      if (sizes.length > 0) setMeasured((old) => { const next = new Map(old); for (const size of sizes) if (size.type === "dimensions" && size.dimensions) next.set(size.id, size.dimensions); return next; });
      const picks = changes.filter((change) => change.type === "select");
      if (picks.length > 0) {
        const now = new Set([...selected, ...chosen]);
        for (const pick of picks) if (pick.selected) now.add(pick.id); else now.delete(pick.id);
        setChosen([...now].filter((id) => id.startsWith(NOTE)));
        select([...now].filter((id) => !id.startsWith(NOTE)));
      }
      for (const change of changes) if (change.type === "remove" && change.id.startsWith(NOTE)) edit(setNote(change.id.slice(NOTE.length), undefined));
    },
    [drag, places, graph, edit, selected, chosen, select],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange[]) => {
      for (const change of changes) {
        const one = "id" in change ? graph.edges.find((candidate) => candidate.id === change.id) : undefined;
        if (change.type === "select" && one) setEdge(change.selected ? one.id : undefined);
        if (change.type === "remove" && one && !one.isScope) edit(disconnect(kinds, one.to, one.port));
      }
    },
    [graph, edit, kinds, setEdge],
  );
  const reference = (node: string, output: string | null | undefined) => ((graph.nodes.get(node)?.outputs.length ?? 0) > 1 ? `${node}.${output ?? ""}` : node);
  const fits = (wanted: Connection | FlowEdge) => wanted.targetHandle !== SCOPE && mayConnect(graph, wanted.source, wanted.target);
  const onConnect = (wanted: Connection) => edit(connect(kinds, reference(wanted.source, wanted.sourceHandle), wanted.target, wanted.targetHandle === MORE ? undefined : (wanted.targetHandle ?? undefined)));
  const onReconnect = (old: FlowEdge, wanted: Connection) => {
    const was = graph.edges.find((one) => one.id === old.id);
    if (!was) return;
    edit((value) => {
      const cut = was.to === wanted.target && was.port === wanted.targetHandle ? value : disconnect(kinds, was.to, was.port)(value);
      return connect(kinds, reference(wanted.source, wanted.sourceHandle), wanted.target, wanted.targetHandle === MORE ? undefined : (wanted.targetHandle ?? undefined))(cut);
    });
  };
  const onDrop = (event: DragEvent) => {
    const given = event.dataTransfer.getData(DRAGGED);
    if (!given || !mayEdit) return;
    event.preventDefault();
    const { role, kind, connection } = JSON.parse(given) as { role: string; kind: string; connection?: string };
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    builder.insert(role, kind, connection, [x - 100, y - 28]);
  };
  return (
    <Box ref={pane} sx={{ position: "absolute", inset: 0, bgcolor: "background.default", "--xy-edge-stroke": "var(--mui-palette-text-secondary)", "--xy-edge-stroke-selected": "var(--mui-palette-primary-main)", "--xy-background-color": "transparent", "& .react-flow__node:focus-visible": { outline: "2px solid var(--mui-palette-primary-main)", outlineOffset: 3, borderRadius: 1.5 }, "& .react-flow__handle.connectingto:not(.valid)": { bgcolor: "error.main" }, "& .react-flow__handle.valid": { bgcolor: "success.main" } }} onDrop={onDrop} onDragOver={(event) => { if (event.dataTransfer.types.includes(DRAGGED)) { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; } }}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={types}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onReconnect={onReconnect}
        isValidConnection={fits}
        onPaneClick={() => { select([]); setEdge(undefined); setChosen([]); }}
        nodesDraggable={mayEdit}
        nodesConnectable={mayEdit}
        edgesReconnectable={mayEdit}
        // Keys of nodes are the builder's own: deleting asks what else is selected, and can be taken back.
        deleteKeyCode={mayEdit && (edge !== undefined || chosen.length > 0) ? ["Delete", "Backspace"] : null}
        // The panel of a node that is dragged would push the canvas away below the pointer.
        selectNodesOnDrag={false}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={["Control", "Meta"]}
        onlyRenderVisibleElements={graph.nodes.size > MANY}
        colorMode={dark ? "dark" : "light"}
        minZoom={0.1}
        maxZoom={1.6}
        fitView
        fitViewOptions={{ maxZoom: 1, minZoom: 0.45, padding: 0.12 }}
        ariaLabelConfig={{ "node.a11yDescription.default": t("canvas_help"), "edge.a11yDescription.default": t("edge_help"), "controls.ariaLabel": t("canvas_controls"), "controls.zoomIn.ariaLabel": t("zoom_in"), "controls.zoomOut.ariaLabel": t("zoom_out"), "controls.fitView.ariaLabel": t("fit_view"), "minimap.ariaLabel": t("minimap") }}
      >
        <Background variant={BackgroundVariant.Dots} gap={22} size={1.4} color="var(--mui-palette-divider)" />
        <Controls showInteractive={false} position="bottom-left" />
        {graph.nodes.size > 6 && <MiniMap pannable zoomable position="bottom-right" style={{ width: 150, height: 96, background: "var(--mui-palette-background-paper)", border: "1px solid var(--mui-palette-divider)" }} nodeColor="var(--mui-palette-text-secondary)" maskColor={dark ? "rgb(0 0 0 / 45%)" : "rgb(0 40 40 / 9%)"} />}
      </ReactFlow>
    </Box>
  );
}

/** Brings the node that was selected elsewhere into view. */
function useReveal(pane: RefObject<HTMLDivElement | null>, name: string | undefined, places: Map<string, [number, number]>): void {
  const flow = useReactFlow();
  const latest = useRef(places);
  useEffect(() => {
    latest.current = places;
  });
  useEffect(() => {
    if (!name) return undefined;
    // The canvas fits itself to its nodes first.
    const timer = setTimeout(() => {
      const at = latest.current.get(name);
      const room = pane.current?.getBoundingClientRect();
      if (!at || !room) return;
      const { x, y, zoom } = flow.getViewport();
      const [left, top] = [at[0] * zoom + x, at[1] * zoom + y];
      const fits = left > 8 && top > 8 && left + WIDTH * zoom < room.width - 8 && top + 60 * zoom < room.height - 8;
      if (!fits) void flow.setCenter(at[0] + WIDTH / 2, at[1] + 30, { zoom: Math.max(zoom, 0.6), duration: 250 });
    }, 120);
    return () => clearTimeout(timer);
  }, [name, flow, pane]);
}

function useDark(): boolean {
  const { mode, systemMode } = useColorScheme();
  const wants = useMediaQuery("(prefers-color-scheme: dark)");
  return mode === "dark" || (mode === "system" ? systemMode === "dark" : mode === undefined && wants);
}
