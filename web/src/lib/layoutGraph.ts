import { graphlib, layout } from "@dagrejs/dagre";

export interface Box {
  id: string;
  width: number;
  height: number;
}

/** Places for the boxes of a graph, from left to right: the upper left corner of each. */
export function layoutGraph(boxes: Box[], edges: { from: string; to: string }[]): Map<string, [number, number]> {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 28, ranksep: 76, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { from, to } of edges) if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to);
  layout(graph);
  return new Map(boxes.map(({ id, width, height }) => { const { x, y } = graph.node(id); return [id, [Math.round(x - width / 2), Math.round(y - height / 2)]]; }));
}
