import type { Node } from "@xyflow/react";
import { type Graph, type GraphNode, type Note, problemsOf } from "../model/graph";
import { kindKey, type Kinds } from "../model/kinds";
import { sizeOf } from "../model/place";
import type { Finding } from "@/api/problem";
import type { CardData } from "./NodeCard";
import type { Person } from "./presence";

// What the canvas draws. Nodes that are to be drawn as before stay the same objects, so that a key in a form or a step of a drag
// touches those alone that differ.

export const NOTE = "note:";

interface Wanted {
  graph: Graph;
  kinds: Kinds;
  places: Map<string, [number, number]>;
  problems: Finding[];
  selected: string[];
  mayEdit: boolean;
  tests: Map<string, "passed" | "failed">;
  people: Person[];
  labelOf: (node: GraphNode, title: string, problems: number) => string;
  /** The language of labels. */
  language: string;
}

interface WantedNotes {
  notes: Note[];
  measured: Map<string, { width: number; height: number }>;
  chosen: string[];
  onChange: ((note: Note, text: string) => void) | undefined;
}

/** Nodes that were drawn last. */
export class Drawn {
  private known = new Map<string, { key: string; node: Node }>();
  private all: Node[] = [];

  nodes({ graph, kinds, places, problems, selected, mayEdit, tests, people, labelOf, language }: Wanted): Node[] {
    const scoped = new Set(graph.edges.filter((one) => one.isScope).map((one) => one.to));
    const at = new Map<string, Person[]>();
    for (const one of people) if (one.node !== null) at.set(one.node, [...(at.get(one.node) ?? []), one]);
    const next = new Map<string, { key: string; node: Node }>();
    for (const node of graph.nodes.values()) {
      const [x, y] = places.get(node.name) ?? [0, 0];
      const kind = kinds.get(kindKey(node.role, node.kind));
      const found = problems.length === 0 ? 0 : problemsOf(problems, node.name).length;
      const data: CardData = { node, title: kind?.title ?? node.kind, kind, problems: found, hasScope: scoped.has(node.name), mayEdit, test: tests.get(node.name), people: at.get(node.name) };
      const isSelected = selected.includes(node.name);
      const key = [x, y, isSelected, language, cardKey(data)].join("\u0002");
      const known = this.known.get(node.name);
      next.set(node.name, known?.key === key ? known : { key, node: { ariaLabel: labelOf(node, data.title, found), id: node.name, type: "card", position: { x, y }, data, measured: sizeOf(node), ...sizeOf(node), selected: isSelected } });
    }
    this.known = next;
    const all = [...next.values()].map((one) => one.node);
    if (all.length !== this.all.length || all.some((node, index) => node !== this.all[index])) this.all = all;
    return this.all;
  }
}

export function notesOf({ notes, measured, chosen, onChange }: WantedNotes): Node[] {
  return notes.map((note) => ({
    id: NOTE + note.id,
    type: "note",
    position: { x: note.at[0], y: note.at[1] },
    measured: measured.get(NOTE + note.id),
    selected: chosen.includes(NOTE + note.id),
    data: { text: note.text, onChange: onChange && ((text: string) => onChange(note, text)) },
  }));
}

/** All that a card shows, in one word. */
export function cardKey({ node, title, problems, hasScope, mayEdit, test, people }: CardData): string {
  return [node.name, node.kind, node.connection, node.description, node.inputs.join("\n"), node.outputs.join("\n"), node.takesMore, title, problems, hasScope, mayEdit, test, people?.map((one) => one.client).join(" ")].join("\u0001");
}

/** The nodes, those that are dragged where the pointer is. */
export function dragged(nodes: Node[], drag: Map<string, { x: number; y: number }>): Node[] {
  if (drag.size === 0) return nodes;
  return nodes.map((node) => {
    const position = drag.get(node.id);
    return position ? { ...node, position } : node;
  });
}

