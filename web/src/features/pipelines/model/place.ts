import { layoutGraph } from "@/lib/layoutGraph";
import type { Graph, GraphNode } from "./graph";

export const WIDTH = 216;
const HEAD = 58;
const PORT = 20;

/** Room that a node takes on the canvas. */
export function sizeOf(node: GraphNode): { width: number; height: number } {
  const inputs = node.inputs.length + (node.takesMore ? 1 : 0);
  const ports = Math.max(inputs > 1 ? inputs : 0, node.outputs.length > 1 ? node.outputs.length : 0);
  return { width: WIDTH, height: HEAD + ports * PORT + (ports > 0 ? 6 : 0) };
}

/** How far down a port is. */
export function portAt(node: GraphNode, index: number, count: number): number {
  return count <= 1 && !(node.takesMore && node.inputs.length > 0) ? HEAD / 2 : HEAD + index * PORT + PORT / 2;
}

let last: { key: string; places: Map<string, [number, number]> } | undefined;

/** Where everything stands: as the document says, and what it does not say beside what it reads. Typing moves nothing. */
export function placesOf(graph: Graph): Map<string, [number, number]> {
  const key = JSON.stringify([[...graph.nodes.values()].map((node) => [node.name, sizeOf(node).height]), graph.edges.map((edge) => edge.isScope || [edge.node, edge.to]), [...graph.positions]]);
  if (last?.key !== key) last = { key, places: placed(graph) };
  return last.places;
}

function placed(graph: Graph): Map<string, [number, number]> {
  if (graph.nodes.size > 0 && [...graph.nodes.keys()].every((name) => graph.positions.has(name))) return new Map([...graph.nodes.keys()].map((name) => [name, graph.positions.get(name) ?? [0, 0]]));
  const boxes = [...graph.nodes.values()].map((node) => ({ id: node.name, ...sizeOf(node) }));
  if (boxes.length === 0) return new Map();
  const automatic = layoutGraph(boxes, graph.edges.filter((edge) => !edge.isScope).map((edge) => ({ from: edge.node, to: edge.to })));
  if (graph.positions.size === 0) return automatic;
  const places = new Map<string, [number, number]>();
  for (const { id } of boxes) {
    const said = graph.positions.get(id);
    if (said) places.set(id, said);
  }
  for (const { id } of boxes) {
    if (places.has(id)) continue;
    const [x, y] = automatic.get(id) ?? [0, 0];
    const before = graph.edges.find((edge) => edge.to === id && places.has(edge.node))?.node;
    const anchor = before ? places.get(before) : undefined;
    let at: [number, number] = anchor && before ? [anchor[0] + WIDTH + 76, anchor[1]] : [x, y];
    while ([...places.values()].some((other) => Math.abs(other[0] - at[0]) < WIDTH * 0.6 && Math.abs(other[1] - at[1]) < HEAD)) at = [at[0], at[1] + HEAD + 28];
    places.set(id, at);
  }
  return places;
}
