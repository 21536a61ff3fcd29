import type { Column, Outline } from "../requests";
import { type Graph, partsOf } from "./graph";
import { isObject, type Json } from "./yaml";

// From where a column comes, as far as settings and names say it. The interface does not give the lineage that the engine knows.

export interface Origin {
  node: string;
  column: string;
  how: "copied" | "renamed" | "converted" | "computed" | "made";
}

/** Settings that compute columns: name → expression. */
function expressionOf(node: Json, column: string): string | undefined {
  for (const key of ["compute", "columns"]) {
    const map = node[key];
    if (isObject(map) && typeof map[column] === "string") return map[column];
  }
  return undefined;
}

/** What a column was called before. */
function formerName(node: Json, column: string): string | undefined {
  if (node.transform !== "rename" || !isObject(node.columns)) return undefined;
  return Object.entries(node.columns).find(([, to]) => to === column)?.[0];
}

/** The columns of inputs that a column of a node comes from; the node itself when it makes it. */
export function originOf(graph: Graph, outlines: Map<string, Outline>, node: string, port: string, column: Column): Origin[] {
  const one = graph.nodes.get(node);
  const made: Origin[] = [{ node, column: column.name, how: "made" }];
  if (!one || one.role === "source") return made;
  const inputs = graph.edges
    .filter((edge) => edge.to === node && !edge.isScope)
    .flatMap((edge) => {
      const outputs = outlines.get(partsOf(edge.node).node)?.outputs ?? [];
      const columns = (outputs.find((output) => output.port === edge.output) ?? outputs[0])?.columns ?? [];
      return columns.map((input) => ({ node: edge.node, input }));
    });
  const find = (name: string) => inputs.filter(({ input }) => input.name === name);
  const former = formerName(one.value, column.name);
  if (former) return find(former).map(({ node: from }) => ({ node: from, column: former, how: "renamed" }));
  const expression = one.kind === "rename" ? undefined : expressionOf(one.value, column.name);
  if (expression !== undefined && (one.kind !== "cast" || port === "")) {
    const words = new Set(expression.replace(/'[^']*'/g, "").match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
    const used = inputs.filter(({ input }) => words.has(input.name));
    return used.length > 0 ? used.map(({ node: from, input }) => ({ node: from, column: input.name, how: "computed" })) : made;
  }
  const same = find(column.name);
  if (same.length === 0) return made;
  // Inputs of a union all give the column; others give the first that has it.
  return (one.kind === "union" ? same : same.slice(0, 1)).map(({ node: from, input }) => ({ node: from, column: input.name, how: input.type === column.type ? "copied" : "converted" }));
}
