import { parse } from "yaml";
import type { Graph } from "./graph";
import { fresh, isObject, type Json } from "./yaml";

/** Nodes as YAML, as they could stand in any document. */
export function copyOf(graph: Graph, names: string[]): string {
  return `${fresh("nodes", Object.fromEntries(names.flatMap((name) => { const node = graph.nodes.get(name); return node ? [[name, node.value]] : []; })))}\n`;
}

/** Nodes in a text that was copied: a whole document, its `nodes`, or a single node. */
export function nodesIn(text: string): Record<string, Json> | undefined {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const nodes = isObject(value.nodes) ? value.nodes : value;
  const entries = Object.entries(nodes).filter((entry): entry is [string, Json] => isObject(entry[1]) && ["source", "transform", "destination"].some((role) => role in (entry[1] as Json)));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
