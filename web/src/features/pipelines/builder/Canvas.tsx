import Box from "@mui/material/Box";
import { useColorScheme } from "@mui/material/styles";
import useMediaQuery from "@mui/material/useMediaQuery";
import { type Connection, type Edge as FlowEdge, type EdgeChange, MarkerType, type NodeChange, useReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { type DragEvent, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStable } from "@/lib/useLatest";
import { connect, disconnect, moveNodes, setNote } from "../model/edits";
import { mayConnect, SCOPE } from "../model/graph";
import { WIDTH } from "../model/place";
import { useBuilder } from "./context";
import { Drawn, dragged, NOTE, notesOf } from "./drawn";
import { Flow } from "./Flow";
import { MORE } from "./NodeCard";

export const DRAGGED = "application/x-towpath-node";

/** The nodes of a pipeline and their edges: drawn, dragged, connected. */
export function Canvas({ locked = false }: { locked?: boolean }) {
  const { t, i18n } = useTranslation("pipelines");
  const builder = useBuilder();
  const { graph, kinds, places, problems, selected, select, edit, edge, setEdge, tests, people } = builder;
  const mayEdit = builder.mayEdit && !locked && builder.broken.length === 0;
  const dark = useDark();
  const flow = useReactFlow();
  const [drag, setDrag] = useState<Map<string, { x: number; y: number }>>(new Map());
  const [chosen, setChosen] = useState<string[]>([]);
  const [measured, setMeasured] = useState<Map<string, { width: number; height: number }>>(new Map());

  const pane = useRef<HTMLDivElement>(null);
  useReveal(pane, selected.length === 1 ? selected[0] : undefined, places);

  const drawn = useMemo(() => new Drawn(), []);
  const cards = useMemo(
    () => drawn.nodes({ graph, kinds, places, problems, selected, mayEdit, tests, people, language: i18n.language, labelOf: (node, title, count) => t("node_label", { name: node.name, kind: title, count }) }),
    [drawn, graph, kinds, places, problems, selected, mayEdit, tests, people, t, i18n.language],
  );
  const notes = useMemo(() => notesOf({ notes: graph.notes, measured, chosen, onChange: mayEdit ? (note, text) => edit(setNote(note.id, { ...note, text }), `note ${note.id}`) : undefined }), [graph.notes, measured, chosen, mayEdit, edit]);
  const nodes = useMemo(() => dragged(notes.length === 0 ? cards : [...cards, ...notes], drag), [cards, notes, drag]);

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
    [graph.edges, edge, mayEdit, t],
  );

  const reference = (node: string, output: string | null | undefined) => ((graph.nodes.get(node)?.outputs.length ?? 0) > 1 ? `${node}.${output ?? ""}` : node);
  const lead = (wanted: Connection) => connect(kinds, reference(wanted.source, wanted.sourceHandle), wanted.target, wanted.targetHandle === MORE ? undefined : (wanted.targetHandle ?? undefined));
  const drop = (moved: Map<string, { x: number; y: number }>) => {
    const all = Object.fromEntries([...places].map(([name, at]) => [name, at]));
    const nodesMoved: Record<string, [number, number]> = {};
    for (const [id, { x, y }] of moved) {
      if (id.startsWith(NOTE)) {
        const note = graph.notes.find((one) => NOTE + one.id === id);
        if (note) edit(setNote(note.id, { ...note, at: [x, y] }));
      } else nodesMoved[id] = [x, y];
    }
    // The first move settles where all stand, so that nothing jumps later.
    if (Object.keys(nodesMoved).length > 0) edit(moveNodes(graph.positions.size === 0 ? { ...all, ...nodesMoved } : nodesMoved), "move");
    setDrag(new Map());
  };
  const deeds = useStable({
    onNodesChange: (changes: NodeChange[]) => {
      const moves = changes.filter((change) => change.type === "position");
      if (moves.length > 0) {
        const next = new Map(drag);
        for (const move of moves) if (move.position) next.set(move.id, move.position);
        if (moves.every((move) => !move.dragging) && next.size > 0) drop(next);
        else setDrag(next);
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
    onEdgesChange: (changes: EdgeChange[]) => {
      for (const change of changes) {
        const one = "id" in change ? graph.edges.find((candidate) => candidate.id === change.id) : undefined;
        if (change.type === "select" && one) setEdge(change.selected ? one.id : undefined);
        if (change.type === "remove" && one && !one.isScope) edit(disconnect(kinds, one.to, one.port));
      }
    },
    fits: (wanted: Connection | FlowEdge) => wanted.targetHandle !== SCOPE && mayConnect(graph, wanted.source, wanted.target),
    onConnect: (wanted: Connection) => edit(lead(wanted)),
    onReconnect: (old: FlowEdge, wanted: Connection) => {
      const was = graph.edges.find((one) => one.id === old.id);
      if (!was) return;
      edit((value) => lead(wanted)(was.to === wanted.target && was.port === wanted.targetHandle ? value : disconnect(kinds, was.to, was.port)(value)));
    },
    onPaneClick: () => { select([]); setEdge(undefined); setChosen([]); },
  });
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
      {/* Keys of nodes are the builder's own: deleting asks what else is selected, and can be taken back. */}
      <Flow nodes={nodes} edges={edges} count={graph.nodes.size} mayEdit={mayEdit} deletes={mayEdit && (edge !== undefined || chosen.length > 0)} dark={dark} deeds={deeds} />
    </Box>
  );
}

/** A node is brought into view so large at least that it can be read, and so far from the edge. */
const READABLE = 0.6;
const MARGIN = 40;

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
      const view = flow.getViewport();
      const zoom = Math.max(view.zoom, READABLE);
      // No further than needed: what stands around the node stays in view.
      const place = (side: number, shift: number, begin: number, size: number) => {
        const grown = side / 2 - ((side / 2 - shift) * zoom) / view.zoom + begin * zoom;
        return Math.max(MARGIN, Math.min(grown, side - MARGIN - size * zoom)) - begin * zoom;
      };
      const [x, y] = [place(room.width, view.x, at[0], WIDTH), place(room.height, view.y, at[1], 60)];
      const [left, top] = [at[0] * view.zoom + view.x, at[1] * view.zoom + view.y];
      const fits = left > 8 && top > 8 && left + WIDTH * view.zoom < room.width - 8 && top + 60 * view.zoom < room.height - 8;
      // Who wants little motion sees it there at once, and what is clicked stays below the pointer.
      const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250;
      if (!fits) void flow.setViewport({ x, y, zoom }, { duration });
    }, 120);
    return () => clearTimeout(timer);
  }, [name, flow, pane]);
}

function useDark(): boolean {
  const { mode, systemMode } = useColorScheme();
  const wants = useMediaQuery("(prefers-color-scheme: dark)");
  return mode === "dark" || (mode === "system" ? systemMode === "dark" : mode === undefined && wants);
}
