import dagre from "@dagrejs/dagre";
import type { Graph } from "./document";

export const WIDTH = 178;
export const HEIGHT = 80;

export interface Place {
  x: number;
  y: number;
}

/** Where each node stands: sources on the left, destinations on the right. */
export function layout(graph: Graph): Map<string, Place> {
  const drawn = new dagre.graphlib.Graph({ multigraph: true });
  // Long pipelines are drawn closer, so that they can still be read as a whole.
  drawn.setGraph({ rankdir: "LR", nodesep: 18, ranksep: graph.nodes.length > 8 ? 64 : 120, marginx: 8, marginy: 8 });
  drawn.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) drawn.setNode(node.name, { width: WIDTH, height: HEIGHT });
  for (const [index, edge] of graph.edges.entries()) drawn.setEdge(edge.from, edge.to, {}, String(index));
  dagre.layout(drawn);
  return new Map(graph.nodes.map(({ name }) => {
    const at = drawn.node(name) as Place;
    return [name, { x: at.x - WIDTH / 2, y: at.y - HEIGHT / 2 }];
  }));
}
