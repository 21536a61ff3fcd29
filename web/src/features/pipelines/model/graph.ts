import { isMap, isScalar } from "yaml";
import type { Finding } from "@/api/problem";
import { inputsOf, type Kinds } from "./kinds";
import { isObject, type Json, peek } from "./yaml";

// What a document says, for the canvas: nodes, edges between ports, notes. Derived from the text, never kept beside it.

export const ROLES = ["source", "transform", "destination"] as const;
export type Role = (typeof ROLES)[number];

/** An edge as its reader writes it. */
export interface Edge {
  /** Identity: the input it ends at. */
  id: string;
  node: string;
  output: string;
  to: string;
  port: string;
  /** The scope of a mirror: drawn, but not written in `from`. */
  isScope: boolean;
}

export interface GraphNode {
  name: string;
  role: Role;
  kind: string;
  connection: string | undefined;
  description: string;
  /** Everything that is written of it. */
  value: Json;
  inputs: string[];
  /** One more input may be added. */
  takesMore: boolean;
  outputs: string[];
  line: number;
}

export interface Note {
  id: string;
  text: string;
  at: [number, number];
}

export interface Graph {
  value: Json;
  nodes: Map<string, GraphNode>;
  edges: Edge[];
  positions: Map<string, [number, number]>;
  notes: Note[];
}

export const SCOPE = "scope";

export interface Reading {
  graph: Graph | undefined;
  /** Why there is no graph: the text is no YAML. */
  problems: Finding[];
}

export function readGraph(text: string, kinds: Kinds): Reading {
  const { document, lines } = peek(text);
  if (document.errors.length > 0) {
    return { graph: undefined, problems: document.errors.map((error) => ({ path: "", message: error.message, ...place(lines.linePos(error.pos[0])) })) };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 10_000 });
  } catch (error) {
    return { graph: undefined, problems: [{ path: "", message: error instanceof Error ? error.message : "" }] };
  }
  const top = isObject(value) ? value : {};
  const starts = new Map<string, number>();
  const written = isMap(document.contents) ? document.contents.get("nodes") : undefined;
  if (isMap(written)) for (const pair of written.items) if (isScalar(pair.key) && pair.key.range) starts.set(String(pair.key.value), lines.linePos(pair.key.range[0]).line);
  return { graph: graphOf(top, kinds, starts), problems: [] };
}

const place = ({ line, col }: { line: number; col: number }) => ({ line, column: col });

export function nodesOf(value: Json): Record<string, Json> {
  if (!isObject(value.nodes)) return {};
  return Object.fromEntries(Object.entries(value.nodes).filter((entry): entry is [string, Json] => isObject(entry[1])));
}

/** What a node is; nothing if it is not clear. */
export function roleOf(node: Json): { role: Role; kind: string } | undefined {
  const roles = ROLES.filter((role) => role in node);
  const [role] = roles;
  return role && roles.length === 1 && typeof node[role] === "string" ? { role, kind: node[role] } : undefined;
}

/** `node.output` in its parts. */
export function partsOf(reference: string): { node: string; output: string | undefined } {
  const dot = reference.indexOf(".");
  return dot < 0 ? { node: reference, output: undefined } : { node: reference.slice(0, dot), output: reference.slice(dot + 1) };
}

/** The inputs of a node as it names them: port and reference. */
export function fromOf(node: Json, kinds: Kinds): { port: string; reference: string }[] {
  const { from } = node;
  const what = roleOf(node);
  const ports = what ? inputsOf(kinds, what.role, what.kind) : { kind: "one" as const };
  if (typeof from === "string") return [{ port: ports.kind === "named" ? (ports.names[0] ?? "in") : ports.kind === "many" ? from : "in", reference: from }];
  if (Array.isArray(from)) {
    const references = from.filter((one): one is string => typeof one === "string");
    return references.map((reference, index) => ({ port: ports.kind === "named" ? (ports.names[index] ?? String(index + 1)) : reference, reference }));
  }
  if (isObject(from)) return Object.entries(from).flatMap(([port, reference]) => (typeof reference === "string" ? [{ port, reference }] : []));
  return [];
}

/** Output ports of a node. Only some transforms have several, which their settings name. */
export function outputsOf(node: Json): string[] {
  if ("destination" in node) return [];
  if (node.transform === "split_by_condition") {
    const names = [...(isObject(node.outputs) ? Object.keys(node.outputs) : []), ...(typeof node.default === "string" && node.default ? [node.default] : [])];
    if (names.length > 0) return names;
  }
  return ["out"];
}

export function graphOf(value: Json, kinds: Kinds, starts = new Map<string, number>()): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges: Edge[] = [];
  const written = nodesOf(value);
  for (const [name, node] of Object.entries(written)) {
    const what = roleOf(node) ?? { role: "transform" as const, kind: "?" };
    const ports = inputsOf(kinds, what.role, what.kind);
    const used = fromOf(node, kinds);
    const inputs = ports.kind === "none" ? [] : ports.kind === "one" ? ["in"] : ports.kind === "named" ? [...new Set([...ports.names, ...used.map((one) => one.port)])] : used.map((one) => one.port);
    nodes.set(name, { name, ...what, connection: typeof node.connection === "string" ? node.connection : undefined, description: typeof node.description === "string" ? node.description : "", value: node, inputs, takesMore: ports.kind === "many", outputs: outputsOf(node), line: starts.get(name) ?? 0 });
  }
  for (const [name, node] of Object.entries(written)) {
    const reads = fromOf(node, kinds).map((one) => ({ ...one, isScope: false }));
    const of = isObject(node.mirror) ? node.mirror.of : undefined;
    if (typeof of === "string") reads.push({ port: SCOPE, reference: of, isScope: true });
    for (const { port, reference, isScope } of reads) {
      const { node: from, output } = partsOf(reference);
      const source = nodes.get(from);
      if (!source || source.role === "destination") continue;
      edges.push({ id: `${name}:${port}`, node: from, output: output && source.outputs.includes(output) ? output : (source.outputs[0] ?? "out"), to: name, port, isScope });
    }
  }
  const layout = isObject(value.layout) ? value.layout : {};
  const positions = new Map<string, [number, number]>();
  if (isObject(layout.nodes)) for (const [name, at] of Object.entries(layout.nodes)) if (isPlace(at)) positions.set(name, at);
  const notes: Note[] = isObject(layout.notes) ? Object.entries(layout.notes).flatMap(([id, note]) => (isObject(note) && typeof note.text === "string" ? [{ id, text: note.text, at: isPlace(note.at) ? note.at : [0, -120] }] : [])) : [];
  return { value, nodes, edges, positions, notes };
}

function isPlace(at: unknown): at is [number, number] {
  return Array.isArray(at) && at.length === 2 && at.every((one) => typeof one === "number");
}

/** Whether rows of one node come to another one, over whatever nodes. */
export function leadsTo(graph: Graph, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const edge of graph.edges) if (edge.node === at) open.push(edge.to);
  }
  return false;
}

/** Whether an output may be led to an input. */
export function mayConnect(graph: Graph, node: string, to: string): boolean {
  const source = graph.nodes.get(node);
  const target = graph.nodes.get(to);
  return source !== undefined && target !== undefined && node !== to && source.role !== "destination" && target.role !== "source" && !leadsTo(graph, to, node);
}

/** Problems of a node: what is wrong with it, and where below it. */
export function problemsOf(problems: Finding[], node: string): Finding[] {
  const path = `/nodes/${node.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return problems.flatMap((problem) => (problem.path === path || problem.path.startsWith(`${path}/`) ? [{ ...problem, path: problem.path.slice(path.length) }] : []));
}
