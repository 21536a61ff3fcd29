import { fromOf, type Graph, nodesOf, partsOf, type Role, roleOf } from "./graph";
import { inputsOf, kindKey, type Kinds } from "./kinds";
import { isObject, type Json, patch, renameKey } from "./yaml";

// Everything that can be done to a document on the canvas, as pure functions from document to document.

export type Edit = (value: Json) => Json;

/** Carries an edit out on the text. */
export function edited(text: string, value: Json, edit: Edit): string {
  const next = edit(value);
  return next === value ? text : patch(text, next);
}

function withNodes(value: Json, nodes: Record<string, unknown>): Json {
  return { ...value, nodes };
}

/** A name that no node has yet: `filter`, `filter_2`, … */
export function freeName(taken: Iterable<string>, wanted: string): string {
  const names = new Set(taken);
  const base = wanted.replace(/[^\p{L}\p{N}_-]+/gu, "_").replace(/^_+|_+$/g, "") || "node";
  if (!names.has(base)) return base;
  const stem = base.replace(/_\d+$/, "");
  for (let number = 2; ; number += 1) if (!names.has(`${stem}_${number}`)) return `${stem}_${number}`;
}

/** What every new node of a kind begins with, so that its form asks for the rest. */
export function blankNode(role: Role, kind: string, connection: string | undefined, from: string | undefined): Json {
  return { [role]: kind, ...(connection ? { connection } : {}), ...(from && role !== "source" ? { from } : {}) };
}

/** Puts a node in behind another one, at the end, or into an edge. */
export function addNode(name: string, node: Json, options: { behind?: string; at?: [number, number]; into?: { to: string; port: string } } = {}): Edit {
  return (value) => {
    const entries = Object.entries(isObject(value.nodes) ? value.nodes : {});
    const index = entries.findIndex(([key]) => key === options.behind);
    entries.splice(index < 0 ? entries.length : index + 1, 0, [name, node]);
    let next = withNodes(value, Object.fromEntries(entries));
    if (options.into) next = rewire(next, options.into.to, options.into.port, name);
    return options.at ? moveNodes({ [name]: options.at })(next) : next;
  };
}

/** Changes the reference at a port that is written already. */
function rewire(value: Json, to: string, port: string, reference: string): Json {
  const nodes = nodesOf(value);
  const node = nodes[to];
  if (!node) return value;
  const { from } = node;
  const next = Array.isArray(from) ? from.map((one) => (one === port ? reference : one)) : isObject(from) ? { ...from, [port]: reference } : reference;
  return withNodes(value, { ...nodes, [to]: { ...node, from: next } });
}

/** Leads an output to a port; `undefined` is one more port of a node that takes several. */
export function connect(kinds: Kinds, reference: string, to: string, port: string | undefined): Edit {
  return (value) => {
    const nodes = nodesOf(value);
    const node = nodes[to];
    const what = node && roleOf(node);
    if (!node || !what) return value;
    const ports = inputsOf(kinds, what.role, what.kind);
    const used = fromOf(node, kinds);
    let from: unknown = reference;
    if (ports.kind === "named") {
      const wanted = port ?? ports.names.find((name) => !used.some((one) => one.port === name)) ?? ports.names[0] ?? "in";
      from = Object.fromEntries([...ports.names.flatMap((name) => (name === wanted ? [[name, reference]] : used.filter((one) => one.port === name).map((one) => [name, one.reference])))]);
    } else if (ports.kind === "many") {
      const isNew = port === undefined || !used.some((one) => one.port === port);
      if (isObject(node.from)) from = { ...node.from, [isNew ? freeName(Object.keys(node.from), partsOf(reference).node) : port]: reference };
      else if (isNew) from = used.some((one) => one.reference === reference) ? node.from : used.length === 0 ? reference : [...used.map((one) => one.reference), reference];
      else from = Array.isArray(node.from) ? used.map((one) => (one.port === port ? reference : one.reference)) : reference;
    }
    return withNodes(value, { ...nodes, [to]: { ...node, from } });
  };
}

/** Takes the edge at a port away. */
export function disconnect(kinds: Kinds, to: string, port: string): Edit {
  return (value) => {
    const nodes = nodesOf(value);
    const node = nodes[to];
    return node ? withNodes(value, { ...nodes, [to]: without(node, kinds, (one) => one.port === port) }) : value;
  };
}

function without(node: Json, kinds: Kinds, gone: (one: { port: string; reference: string }) => boolean): Json {
  const used = fromOf(node, kinds);
  const left = used.filter((one) => !gone(one));
  if (left.length === used.length) return node;
  const { from, ...rest } = node;
  if (left.length === 0) return rest;
  const next = Array.isArray(from) ? (left.length === 1 && !isNamed(node, kinds) ? left[0]?.reference : left.map((one) => one.reference)) : Object.fromEntries(left.map((one) => [one.port, one.reference]));
  // A list of named ports would give its first name to what is left of it.
  return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, key === "from" ? (Array.isArray(from) && isNamed(node, kinds) ? Object.fromEntries(left.map((edge) => [edge.port, edge.reference])) : next) : one]));
}

function isNamed(node: Json, kinds: Kinds): boolean {
  const what = roleOf(node);
  return what !== undefined && inputsOf(kinds, what.role, what.kind).kind === "named";
}

/** Takes nodes away. Who read one with one input reads that input from now on. */
export function removeNodes(kinds: Kinds, names: string[]): Edit {
  return (value) => names.reduce((now, name) => removeNode(kinds, name, now), value);
}

function removeNode(kinds: Kinds, name: string, value: Json): Json {
  const all = isObject(value.nodes) ? value.nodes : {};
  const gone = all[name];
  const inputs = isObject(gone) ? fromOf(gone, kinds) : [];
  const heir = inputs.length === 1 ? inputs[0]?.reference : undefined;
  const reads = (reference: string) => partsOf(reference).node === name;
  const nodes = Object.fromEntries(
    Object.entries(all).flatMap(([key, node]) => {
      if (key === name) return [];
      if (!isObject(node)) return [[key, node]];
      return [[key, heir ? mapFrom(node, (reference) => (reads(reference) ? heir : reference)) : without(node, kinds, (one) => reads(one.reference))]];
    }),
  );
  return dropPlaces(withNodes(value, nodes), [name]);
}

function mapFrom(node: Json, how: (reference: string) => string): Json {
  const { from } = node;
  const one = (given: unknown) => (typeof given === "string" ? how(given) : given);
  let next: Json = node;
  if (from !== undefined) next = { ...next, from: Array.isArray(from) ? from.map(one) : isObject(from) ? Object.fromEntries(Object.entries(from).map(([port, reference]) => [port, one(reference)])) : one(from) };
  if (isObject(node.mirror) && typeof node.mirror.of === "string") next = { ...next, mirror: { ...node.mirror, of: how(node.mirror.of) } };
  return next;
}

function dropPlaces(value: Json, names: string[]): Json {
  if (!isObject(value.layout) || !isObject(value.layout.nodes)) return value;
  const nodes = Object.fromEntries(Object.entries(value.layout.nodes).filter(([name]) => !names.includes(name)));
  return { ...value, layout: { ...value.layout, nodes } };
}

/** Gives a node another name, everywhere. */
export function renamed(text: string, value: Json, from: string, to: string): string {
  const point = (reference: string) => { const { node, output } = partsOf(reference); return node === from ? (output ? `${to}.${output}` : to) : reference; };
  const keyed = (given: unknown, named: (key: string) => string) => (isObject(given) ? Object.fromEntries(Object.entries(given).map(([key, one]) => [named(key), one])) : given);
  const nodes = Object.fromEntries(Object.entries(isObject(value.nodes) ? value.nodes : {}).map(([key, node]) => [key === from ? to : key, isObject(node) ? mapFrom(node, point) : node]));
  const next: Json = withNodes(value, nodes);
  if (Array.isArray(value.tests)) next.tests = value.tests.map((test: unknown) => (isObject(test) ? Object.fromEntries(Object.entries(test).map(([key, one]) => [key, ["given", "expect", "quarantined"].includes(key) ? keyed(one, point) : one])) : test));
  if (isObject(value.layout) && isObject(value.layout.nodes)) next.layout = { ...value.layout, nodes: keyed(value.layout.nodes, point) };
  return patch(renameKey(text, "nodes", from, to), next);
}

export function setNode(name: string, node: Json): Edit {
  return (value) => withNodes(value, { ...(isObject(value.nodes) ? value.nodes : {}), [name]: node });
}

/** Sets a section of the document; `undefined` takes it away. */
export function setSection(key: string, section: unknown): Edit {
  return (value) => {
    const { [key]: _, ...rest } = value;
    return section === undefined ? rest : key in value ? { ...value, [key]: section } : placed(value, key, section);
  };
}

const ORDER = ["towpath", "name", "description", "params", "nodes", "schedule", "contract", "tests", "layout"];
function placed(value: Json, key: string, section: unknown): Json {
  const entries = Object.entries(value);
  const index = entries.findIndex(([one]) => ORDER.indexOf(one) > ORDER.indexOf(key));
  entries.splice(index < 0 ? entries.length : index, 0, [key, section]);
  return Object.fromEntries(entries);
}

/** Says where nodes stand on the canvas. */
export function moveNodes(places: Record<string, [number, number]>): Edit {
  return (value) => {
    const layout = isObject(value.layout) ? value.layout : {};
    const rounded = Object.fromEntries(Object.entries(places).map(([name, [x, y]]) => [name, [Math.round(x), Math.round(y)]]));
    return setSection("layout", { ...layout, nodes: { ...(isObject(layout.nodes) ? layout.nodes : {}), ...rounded } })(value);
  };
}

/** Leaves the places of nodes to the automatic layout. */
export function tidy(): Edit {
  return (value) => {
    if (!isObject(value.layout) || !("nodes" in value.layout)) return value;
    const { nodes: _, ...rest } = value.layout;
    return setSection("layout", Object.keys(rest).length > 0 ? rest : undefined)(value);
  };
}

/** Writes a note beside the nodes; without text it is taken away. */
export function setNote(id: string, note: { text: string; at: [number, number] } | undefined): Edit {
  return (value) => {
    const layout = isObject(value.layout) ? value.layout : {};
    const { [id]: _, ...others } = isObject(layout.notes) ? layout.notes : {};
    const notes = note ? { ...others, [id]: { at: [Math.round(note.at[0]), Math.round(note.at[1])], text: note.text } } : others;
    const { notes: _n, ...rest } = layout;
    const next = Object.keys(notes).length > 0 ? { ...rest, notes } : rest;
    return setSection("layout", Object.keys(next).length > 0 ? next : undefined)(value);
  };
}

/** Puts copied nodes in under names that are free; edges among them stay, others only where the node is there. */
export function pasteNodes(copied: Record<string, Json>, graph: Graph): { edit: Edit; names: string[] } {
  const names = new Map<string, string>();
  const taken = [...graph.nodes.keys()];
  for (const name of Object.keys(copied)) {
    const free = freeName(taken, name);
    names.set(name, free);
    taken.push(free);
  }
  const edit: Edit = (value) => {
    const nodes: Record<string, unknown> = { ...(isObject(value.nodes) ? value.nodes : {}) };
    for (const [name, node] of Object.entries(copied)) nodes[names.get(name) ?? name] = mapFrom(node, (reference) => { const { node: of, output } = partsOf(reference); const now = names.get(of) ?? of; return output ? `${now}.${output}` : now; });
    return withNodes(value, nodes);
  };
  return { edit, names: [...names.values()] };
}

export function kindOf(kinds: Kinds, node: { role: Role; kind: string } | undefined) {
  return node && kinds.get(kindKey(node.role, node.kind));
}
