import { type Graph, type Role, readGraph } from "../model/graph";
import type { Kinds } from "../model/kinds";

// A small drawing of a document: nodes in columns from left to right. Pure.

export interface DrawnNode {
  name: string;
  role: Role;
  /** Column and, from the middle of the drawing, row. */
  x: number;
  y: number;
}

export interface Drawing {
  nodes: DrawnNode[];
  edges: [from: DrawnNode, to: DrawnNode][];
  columns: number;
  rows: number;
}

const NO_KINDS: Kinds = new Map();

export function drawingOf(document: string): Drawing {
  const { graph } = readGraph(document, NO_KINDS);
  if (!graph) return { nodes: [], edges: [], columns: 0, rows: 0 };
  const columns: string[][] = [];
  for (const name of graph.nodes.keys()) (columns[depthOf(graph, name)] ??= []).push(name);
  const nodes = columns.flatMap((names, x) => names.map((name, at): DrawnNode => ({ name, role: graph.nodes.get(name)?.role ?? "transform", x, y: at - (names.length - 1) / 2 })));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const edges = graph.edges.flatMap((edge): [DrawnNode, DrawnNode][] => {
    const [from, to] = [byName.get(edge.node), byName.get(edge.to)];
    return from && to ? [[from, to]] : [];
  });
  return { nodes, edges, columns: columns.length, rows: Math.max(0, ...columns.map((names) => names.length)) };
}

/** How many nodes stand before one, on the longest way to it. */
function depthOf(graph: Graph, name: string, seen: readonly string[] = []): number {
  const before = graph.edges.filter((edge) => edge.to === name && !seen.includes(edge.node));
  return Math.max(0, ...before.map((edge) => depthOf(graph, edge.node, [...seen, name]) + 1));
}
