import { createContext, useContext } from "react";
import type { Finding } from "@/api/problem";
import type { Edit } from "../model/edits";
import type { Graph } from "../model/graph";
import type { Kinds } from "../model/kinds";
import type { Json } from "../model/yaml";
import type { Column, Connection, Outline, PipelineView } from "../requests";

/** The pipeline that is being looked at or changed: everything its panels share. */
export interface Builder {
  slug: string;
  /** The pipeline as it is saved; none while it is new. */
  view: PipelineView | undefined;
  kinds: Kinds;
  connections: Connection[];
  /** May change the document. */
  mayEdit: boolean;
  mayRun: boolean;
  text: string;
  isDirty: boolean;
  /** Of the text, or of the last text that could be read. */
  graph: Graph;
  /** Why the text cannot be read; the canvas shows what could be read before. */
  broken: Finding[];
  problems: Finding[];
  isChecking: boolean;
  edit(edit: Edit, what?: string): void;
  setText(text: string, what?: string): void;
  rename(from: string, to: string): void;
  undo(): void;
  redo(): void;
  canUndo: boolean;
  canRedo: boolean;
  selected: string[];
  select(names: string[]): void;
  /** Adds a node behind what is selected, or where it is said. */
  insert(role: string, kind: string, connection?: string, at?: [number, number]): void;
  removeSelected(): void;
  /** Positions of all nodes, as they are shown. */
  places: Map<string, [number, number]>;
  /** The document without what changes nothing. */
  meaning: string;
  /** Values of parameters that previews use. */
  params: Json;
  setParams(params: Json): void;
  outlines: Map<string, Outline>;
  /** Asks for columns while somebody looks at them. */
  isPlanning: boolean;
  planFault: unknown;
  faults: Map<string, string>;
  /** The edge that is selected. */
  edge: string | undefined;
  setEdge(edge: string | undefined): void;
  /** Begins anew with a text, without a past. */
  begin(text: string): void;
}

export const BuilderContext = createContext<Builder | null>(null);

export function useBuilder(): Builder {
  const builder = useContext(BuilderContext);
  if (!builder) throw new Error("no builder around this");
  return builder;
}

/** Columns that arrive at a node, by input port. */
export function columnsInto({ graph, outlines }: Pick<Builder, "graph" | "outlines">, node: string): { port: string; from: string; columns: Column[] }[] {
  return graph.edges
    .filter((edge) => edge.to === node && !edge.isScope)
    .map((edge) => ({ port: edge.port, from: edge.node, columns: outlines.get(edge.node)?.outputs.find((output) => output.port === edge.output)?.columns ?? outlines.get(edge.node)?.outputs[0]?.columns ?? [] }));
}
