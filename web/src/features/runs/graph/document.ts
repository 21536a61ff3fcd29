import { parse } from "yaml";

export interface GraphNode {
  name: string;
  role: "source" | "transform" | "destination";
  kind: string;
  description?: string;
  /** The named connection that it uses. */
  connection?: string;
  /** Its loads keep what is needed to take them back. */
  keepsUndo: boolean;
}

export interface GraphEdge {
  from: string;
  to: string;
  /** The output it leaves by, when a node has several. */
  port?: string;
  /** The input it enters by, when it has a name. */
  input?: string;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

const ROLES = ["source", "transform", "destination"] as const;

/** Nodes and edges of a document. What is no node is left out: only valid documents run. */
export function graphOf(document: string): Graph {
  let whole: unknown;
  try {
    whole = parse(document, { logLevel: "silent" });
  } catch {
    return { nodes: [], edges: [] };
  }
  const given = isObject(whole) && isObject(whole.nodes) ? whole.nodes : {};
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  for (const [name, node] of Object.entries(given)) {
    if (!isObject(node)) continue;
    const role = ROLES.find((one) => typeof node[one] === "string");
    if (!role) continue;
    nodes.push({ name, role, kind: String(node[role]), description: typeof node.description === "string" ? node.description : undefined, connection: namedBy(node.connection), keepsUndo: Boolean(node.undo) });
    for (const { from, input } of inputsOf(node.from)) edges.push({ ...split(from, given), to: name, input });
  }
  const names = new Set(nodes.map((node) => node.name));
  return { nodes, edges: edges.filter((edge) => names.has(edge.from)) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A connection by its name; addresses and parameters are none. */
function namedBy(connection: unknown): string | undefined {
  return typeof connection === "string" && !connection.includes("://") && !connection.includes("${") ? connection : undefined;
}

/** `from: a`, `from: [a, b]` or `from: { left: a, right: b }`; an input may have several. */
function inputsOf(from: unknown, input?: string): { from: string; input?: string }[] {
  if (typeof from === "string") return [{ from, input }];
  if (Array.isArray(from)) return from.flatMap((one) => inputsOf(one, input));
  if (isObject(from)) return Object.entries(from).flatMap(([name, one]) => inputsOf(one, name));
  return [];
}

/** `orders.late` is the output `late` of the node `orders`. */
function split(from: string, nodes: Record<string, unknown>): { from: string; port?: string } {
  const dot = from.lastIndexOf(".");
  if (from in nodes || dot < 0) return { from };
  return { from: from.slice(0, dot), port: from.slice(dot + 1) };
}
