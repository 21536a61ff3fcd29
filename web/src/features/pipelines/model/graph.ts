import type { Finding } from "@/api/problem";
import { inputsOf, type Kinds } from "./kinds";
import { read, type Unread } from "./written";
import { isObject, type Json, same } from "./yaml";

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
  problems: (Finding & Pick<Unread, "code">)[];
}

export function readGraph(text: string, kinds: Kinds): Reading {
  const reading = read(text);
  if ("problems" in reading) return { graph: undefined, problems: reading.problems.map((problem) => ({ path: "", ...problem })) };
  const { value, parts } = reading.written;
  return { graph: graphOf(value, kinds, new Map(parts.flatMap((part) => (part.node === undefined ? [] : [[part.node, part.line] as const])))), problems: [] };
}

/** Whether anything is loaded. */
export const loads = (graph: Graph): boolean => [...graph.nodes.values()].some((node) => node.role === "destination");

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

// What did not change stays the same object, so that pages draw only what did.
let last: { graph: Graph; kinds: Kinds } | undefined;

export function graphOf(value: Json, kinds: Kinds, starts = new Map<string, number>()): Graph {
  const before = last?.kinds === kinds ? last.graph : undefined;
  const written = nodesOf(value);
  const nodes = new Map(Object.entries(written).map(([name, node]) => {
    const known = before?.nodes.get(name);
    const line = starts.get(name) ?? 0;
    return [name, known?.value === node ? (known.line === line ? known : { ...known, line }) : nodeOf(name, node, kinds, line)];
  }));
  const edges = edgesOf(written, nodes, kinds);
  const isDrawnAlike = before !== undefined && value.layout === before.value.layout;
  const graph = {
    value,
    nodes,
    edges: before && same(before.edges, edges) ? before.edges : edges,
    positions: isDrawnAlike ? before.positions : positionsOf(value),
    notes: isDrawnAlike ? before.notes : notesOf(value),
  };
  last = { graph, kinds };
  return graph;
}

function nodeOf(name: string, node: Json, kinds: Kinds, line: number): GraphNode {
  const what = roleOf(node) ?? { role: "transform" as const, kind: "?" };
  const ports = inputsOf(kinds, what.role, what.kind);
  const used = fromOf(node, kinds);
  const inputs = ports.kind === "none" ? [] : ports.kind === "one" ? ["in"] : ports.kind === "named" ? [...new Set([...ports.names, ...used.map((one) => one.port)])] : used.map((one) => one.port);
  return { name, ...what, connection: typeof node.connection === "string" ? node.connection : undefined, description: typeof node.description === "string" ? node.description : "", value: node, inputs, takesMore: ports.kind === "many", outputs: outputsOf(node), line };
}

function edgesOf(written: Record<string, Json>, nodes: Map<string, GraphNode>, kinds: Kinds): Edge[] {
  const edges: Edge[] = [];
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
  return edges;
}

function positionsOf({ layout }: Json): Map<string, [number, number]> {
  const nodes = isObject(layout) && isObject(layout.nodes) ? layout.nodes : {};
  return new Map(Object.entries(nodes).filter((entry): entry is [string, [number, number]] => isPlace(entry[1])));
}

function notesOf({ layout }: Json): Note[] {
  const notes = isObject(layout) && isObject(layout.notes) ? layout.notes : {};
  return Object.entries(notes).flatMap(([id, note]) => (isObject(note) && typeof note.text === "string" ? [{ id, text: note.text, at: isPlace(note.at) ? note.at : [0, -120] }] : []));
}

function isPlace(at: unknown): at is [number, number] {
  return Array.isArray(at) && at.length === 2 && at.every((one) => typeof one === "number");
}

/** Every node to which rows of one come, itself among them. */
export function reachedFrom({ edges }: Pick<Graph, "edges">, from: string): Set<string> {
  const next = new Map<string, string[]>();
  for (const edge of edges) next.set(edge.node, [...(next.get(edge.node) ?? []), edge.to]);
  const seen = new Set<string>();
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(next.get(at) ?? []));
  }
  return seen;
}

/** Every node that rows of one come from, itself first and those that are nearer before the others. */
export function upstreamOf({ edges }: Pick<Graph, "edges">, of: string): Set<string> {
  const upstream = new Set([of]);
  // A set that grows while it is walked through is walked to its end.
  for (const name of upstream) for (const edge of edges) if (edge.to === name) upstream.add(edge.node);
  return upstream;
}

/** Whether an output may be led to an input. */
export function mayConnect(graph: Graph, node: string, to: string): boolean {
  const source = graph.nodes.get(node);
  const target = graph.nodes.get(to);
  return source !== undefined && target !== undefined && node !== to && source.role !== "destination" && target.role !== "source" && !reachedFrom(graph, to).has(node);
}

/** Problems of a node: what is wrong with it, and where below it. */
export function problemsOf(problems: Finding[], node: string): Finding[] {
  const path = `/nodes/${node.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return problems.flatMap((problem) => (problem.path === path || problem.path.startsWith(`${path}/`) ? [{ ...problem, path: problem.path.slice(path.length) }] : []));
}
