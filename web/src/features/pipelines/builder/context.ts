import { createContext, useContext, useMemo, useSyncExternalStore } from "react";
import type { Finding } from "@/api/problem";
import type { Edit } from "../model/edits";
import type { Edge, Graph } from "../model/graph";
import type { Kinds } from "../model/kinds";
import type { Json } from "../model/yaml";
import type { Person } from "./presence";
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
  /** Adds a node behind what is selected, or where it is said. Gives its name. */
  insert(role: string, kind: string, connection?: string, at?: [number, number]): string;
  removeSelected(): void;
  /** Positions of all nodes, as they are shown. */
  places: Map<string, [number, number]>;
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
  /** How the tests of the document found nodes, for as long as it stays the same. */
  tests: Map<string, "passed" | "failed">;
  /** Others who are at the pipeline. */
  people: Person[];
  /** Begins anew with a text, without a past. */
  begin(text: string): void;
}

export const BuilderContext = createContext<Builder | null>(null);

/** The same for those who look at parts of it: they are drawn anew only when their part differs. */
export class BuilderStore {
  private readonly listeners = new Set<() => void>();

  constructor(public now: Builder) {}

  tell(next: Builder): void {
    this.now = next;
    this.listeners.forEach((listener) => listener());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export const StoreContext = createContext<BuilderStore | null>(null);

export function useBuilderStore(): BuilderStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error("no builder around this");
  return store;
}

/** Values of a builder, compared one by one. `select` stands outside of the component: it stays the same. */
export function useBuilderPart<T extends object>(select: (builder: Builder) => T): T {
  const store = useBuilderStore();
  const snapshot = useMemo(() => partOf(store, select), [store, select]);
  return useSyncExternalStore(store.subscribe, snapshot);
}

/** Gives the same values for as long as they are alike. */
function partOf<T extends object>(store: BuilderStore, select: (builder: Builder) => T): () => T {
  let last = select(store.now);
  return () => {
    const next = select(store.now);
    if (!isAlike(last, next)) last = next;
    return last;
  };
}

function isAlike<T extends object>(a: T, b: T): boolean {
  return (Object.keys(a) as (keyof T)[]).every((key) => Object.is(a[key], b[key]));
}

export function useBuilder(): Builder {
  const builder = useContext(BuilderContext);
  if (!builder) throw new Error("no builder around this");
  return builder;
}

/** Columns that arrive at a node, by input port. */
export function columnsInto({ edges, outlines }: { edges: Edge[]; outlines: Builder["outlines"] }, node: string): { port: string; from: string; columns: Column[] }[] {
  return edges
    .filter((edge) => edge.to === node && !edge.isScope)
    .map((edge) => ({ port: edge.port, from: edge.node, columns: outlines.get(edge.node)?.outputs.find((output) => output.port === edge.output)?.columns ?? outlines.get(edge.node)?.outputs[0]?.columns ?? [] }));
}
