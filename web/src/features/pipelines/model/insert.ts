import { addNode, blankNode, type Edit, freeName } from "./edits";
import type { Graph, Role } from "./graph";
import { inputsOf, type Kinds } from "./kinds";
import type { Json } from "./yaml";

interface Wanted {
  role: Role;
  kind: string;
  connection?: string;
  at?: [number, number];
}

/** A new node: behind the one that is selected, in the middle of an edge that is selected, or where it was dropped. */
export function insertion(graph: Graph, kinds: Kinds, { role, kind, connection, at }: Wanted, selected: string | undefined, edge: string | undefined): { edit: Edit; name: string } {
  const name = freeName(graph.nodes.keys(), role === "destination" ? "load" : (connection ?? kind));
  const through = at || role !== "transform" ? undefined : graph.edges.find((one) => one.id === edge && !one.isScope);
  const before = through ? graph.nodes.get(through.node) : at ? undefined : graph.nodes.get(selected ?? "");
  const output = through?.output ?? before?.outputs[0];
  const from = before && before.role !== "destination" && role !== "source" ? (before.outputs.length > 1 ? `${before.name}.${output}` : before.name) : undefined;
  const inputs = inputsOf(kinds, role, kind);
  let node: Json = blankNode(role, kind, connection, from);
  if (from && inputs.kind === "named" && inputs.names[0]) node = { ...node, from: { [inputs.names[0]]: from } };
  return { edit: addNode(name, node, { behind: before?.name, at, into: through && { to: through.to, port: through.port } }), name };
}
