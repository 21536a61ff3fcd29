import { type Document, isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Scalar, visit, YAMLMap } from "yaml";
import { alone, headOf, partThatDiffers, read, withSection, type Written } from "./written";

// Changes of a document as text: what is not changed stays as its author wrote it, comments and all. Pure.

export type Json = Record<string, unknown>;
type KeyPair = Pair<Scalar<string>, Node | null>;

interface Splice {
  from: number;
  to: number;
  text: string;
}

export const isObject = (value: unknown): value is Json => value !== null && typeof value === "object" && !Array.isArray(value);

/** Whether two values mean the same; the order of keys means nothing. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, index) => same(one, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

interface Parsed {
  text: string;
  document: Document.Parsed;
  lines: LineCounter;
}

// Reading is most of the work of an edit. What was read last is kept, since the next step mostly reads the same.
let kept: Parsed | undefined;

/** The document of a text, to be looked at only. */
export function peek(text: string): Parsed {
  if (kept?.text === text) return kept;
  const lines = new LineCounter();
  kept = { text, document: parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines };
  return kept;
}

/** The document of a text, to be changed. */
function take(text: string): Document.Parsed {
  const { document } = peek(text);
  kept = undefined;
  return document;
}

/** The text that means `next`, with as little of `text` changed as possible. */
export function patch(text: string, next: Json): string {
  const reading = read(text);
  if ("problems" in reading) throw new Error("the document cannot be read");
  const { written } = reading;
  if (same(written.value, next)) return text;
  return patchPart(written, next) ?? withSection(written, next, fresh) ?? patchWhole(text, next);
}

/** The same for a change within one part; nothing when that part does not stand alone. */
function patchPart(written: Written, next: Json): string | undefined {
  const part = partThatDiffers(written, next);
  const lines = part && written.text.slice(part.from, part.to);
  const document = part && lines !== undefined ? alone(part, lines) : undefined;
  if (!part || lines === undefined || !document) return undefined;
  const below = (value: unknown): Json => ({ [part.section]: part.node === undefined ? (value as Json)[part.section] : { [part.node]: ((value as Json)[part.section] as Json)[part.node] } });
  const head = headOf(part);
  const splices: Splice[] = [];
  patchMap(head + lines, document, document.contents as unknown as YAMLMap, below(written.value), below(next), splices);
  const result = written.text.slice(0, part.from) + apply(head + lines, splices).slice(head.length) + written.text.slice(part.to);
  const reading = read(result);
  return "written" in reading && same(reading.written.value, next) ? result : undefined;
}

function patchWhole(text: string, next: Json): string {
  const document = take(text);
  const before: unknown = document.toJS() ?? {};
  const { contents } = document;
  if (isMap(contents) && !contents.flow && isObject(before)) {
    const splices: Splice[] = [];
    patchMap(text, document, contents as YAMLMap, before, next, splices);
    const result = apply(text, splices);
    if (means(result, next)) return result;
  }
  return whole(text, next);
}

function means(text: string, wanted: Json): boolean {
  const { document } = peek(text);
  return document.errors.length === 0 && same(document.toJS(), wanted);
}

/** The whole document written anew, for what cannot be done in place; comments stay. */
function whole(text: string, next: Json): string {
  const document = take(text);
  visit(document, { Alias: (_, alias) => document.createNode(alias.toJS(document)) as Node });
  visit(document, { Node: (_, node) => { if ("anchor" in node) node.anchor = undefined; } });
  document.contents = merged(document, document.contents, document.toJS(), next) as typeof document.contents;
  return tight(document.toString({ lineWidth: 120 }));
}

function apply(text: string, splices: Splice[]): string {
  // Later places first; of several insertions at one place, the last one first.
  const ordered = splices.map((splice, index) => ({ ...splice, index })).sort((a, b) => b.from - a.from || b.index - a.index);
  return ordered.reduce((done, { from, to, text: put }) => done.slice(0, from) + put + done.slice(to), text);
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function patchMap(text: string, document: Document, map: YAMLMap, before: Json, next: Json, splices: Splice[]): void {
  const pairs = map.items as KeyPair[];
  const first = pairs[0];
  const column = first?.key.range ? columnOf(text, first.key.range[0]) : 0;
  // Where something new may stand: behind the last pair of the old document that stays before it.
  let behind = first?.key.range ? startOfLine(text, first.key.range[0]) : 0;
  const places = new Map<string, number>();
  for (const pair of pairs) {
    const key = keyOf(pair);
    const start = pair.key.range?.[0] ?? 0;
    const end = endOf(text, pair);
    places.set(key, endOfLine(text, end));
    if (!(key in next)) {
      const from = startWithRemarks(text, startOfLine(text, start), column);
      let to = endOfLine(text, end);
      if (/\n[ \t]*\n$|^$/.test(text.slice(0, from)) || text.slice(from, start).startsWith("\n")) while (/^[ \t]*\n/.test(text.slice(to)) && text.slice(to).trim() !== "") to += text.slice(to).indexOf("\n") + 1;
      splices.push({ from, to, text: "" });
    } else if (!same(before[key], next[key])) {
      const was = before[key];
      const will = next[key];
      if (isMap(pair.value) && !pair.value.flow && isObject(was) && isObject(will) && Object.keys(will).length > 0) patchMap(text, document, pair.value as YAMLMap, was, will, splices);
      // What was empty on one line begins as a block.
      else splices.push({ from: start, to: end, text: indented(isMap(pair.value) && pair.value.items.length === 0 ? fresh(key, will) : rendered(document, pair, was, will), column) });
    }
  }
  for (const key of Object.keys(next)) {
    if (places.has(key)) behind = places.get(key) ?? behind;
    else {
      const missing = behind > 0 && text[behind - 1] !== "\n" ? "\n" : "";
      splices.push({ from: behind, to: behind, text: `${missing}${" ".repeat(column)}${indented(fresh(key, next[key]), column)}\n` });
    }
  }
}

/** Behind the last sign of a pair, without blanks and remarks that follow it. */
function endOf(text: string, pair: KeyPair): number {
  const start = pair.key.range?.[1] ?? 0;
  let end = lastOf(pair.value) ?? text.indexOf(":", start) + 1;
  while (end > start && /\s/.test(text[end - 1] ?? "")) end -= 1;
  return end;
}

function lastOf(node: Node | null): number | undefined {
  if (isCollection(node) && !node.flow && node.items.length > 0) {
    const last = node.items.at(-1) as Pair<Node, Node | null> | Node;
    const value = "value" in last && "key" in last ? (last.value as Node | null) : (last as Node);
    return lastOf(value) ?? node.range?.[1];
  }
  return node?.range?.[1];
}

const startOfLine = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;
const columnOf = (text: string, at: number): number => at - startOfLine(text, at);
function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

/** Remarks right above a pair belong to it, and the blank line above them goes with it. */
function startWithRemarks(text: string, start: number, column: number): number {
  let from = start;
  const remark = `${" ".repeat(column)}#`;
  while (from > 0) {
    const above = startOfLine(text, from - 1);
    if (!text.slice(above, from).startsWith(remark)) break;
    from = above;
  }
  return from;
}

function rendered(document: Document, pair: KeyPair, was: unknown, will: unknown): string {
  const value = merged(document, pair.value, was, will) as Node;
  // Remarks around the value stay where they are in the text.
  value.commentBefore = undefined;
  value.comment = undefined;
  return write(document, keyOf(pair), value);
}

function write(document: Document, key: string, value: Node): string {
  const map = new YAMLMap(document.schema);
  const holder = parseDocument("{}") as unknown as Document;
  map.add(holder.createPair(key, value));
  (map.items[0] as { value: unknown }).value = value;
  holder.contents = map;
  return tight(holder.toString({ lineWidth: 120, verifyAliasOrder: false } as never)).trimEnd();
}

/** `key: value` as a person would write it: short lists and settings on one line. */
export function fresh(key: string, value: unknown): string {
  const document = parseDocument("{}") as unknown as Document;
  const node = document.createNode(value) as Node;
  visit(node, { Collection: (_, one, path) => { if ((path.length > 0 || isSeq(one)) && isShort(one.toJSON())) one.flow = true; } });
  return write(document, key, node);
}

function isShort(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => typeof one !== "object" || one === null || (Array.isArray(one) && isShort(one))) && JSON.stringify(value).length < 80 && !JSON.stringify(value).includes("\\n");
  if (!isObject(value)) return false;
  const text = JSON.stringify(value);
  return text.length < 70 && !text.includes("\\n") && Object.values(value).every((one) => !isObject(one));
}

function indented(text: string, column: number): string {
  return text.replace(/\n(?=[^\n])/g, `\n${" ".repeat(column)}`);
}

/** The node that means `will`; of the old node, what stays the same stays. */
function merged(document: Document, node: Node | null, was: unknown, will: unknown): Node {
  if (node && same(was, will)) return node;
  if (isMap(node) && isObject(was) && isObject(will)) {
    for (const key of Object.keys(was)) if (!(key in will)) node.delete(key);
    for (const [key, value] of Object.entries(will)) {
      const pair = (node.items as Pair[]).find((one) => keyOf(one) === key);
      if (pair) pair.value = merged(document, pair.value as Node | null, was[key], value);
      else node.items.push(document.createPair(key, flowing(document, value)) as never);
    }
    return node;
  }
  if (isSeq(node) && Array.isArray(was) && Array.isArray(will)) {
    const old = [...(node.items as Node[])];
    node.items = will.map((value, index) => {
      const exact = was.findIndex((one) => same(one, value));
      if (exact >= 0 && old[exact]) return old[exact];
      return was.length === will.length && old[index] ? merged(document, old[index], was[index], value) : flowing(document, value);
    });
    return node;
  }
  if (isScalar(node) && !isObject(will) && !Array.isArray(will)) {
    const made = document.createNode(will) as Scalar;
    if (typeof will === "string" && typeof was === "string") made.type = will.includes("\n") ? "BLOCK_LITERAL" : node.type === "BLOCK_LITERAL" ? undefined : node.type;
    made.comment = node.comment;
    made.anchor = node.anchor;
    return made;
  }
  const made = flowing(document, will);
  if (node && !isAlias(node) && "anchor" in made) (made as Scalar).anchor = (node as Scalar).anchor;
  return made;
}

function flowing(document: Document, value: unknown): Node {
  const node = document.createNode(value) as Node;
  visit(node, { Collection: (_, one) => { if (isShort(one.toJSON())) one.flow = true; } });
  return node;
}

/** `[ a, b ]` → `[a, b]`. */
function tight(text: string): string {
  const cuts: [number, number][] = [];
  visit(parseDocument(text), {
    Seq: (_, seq) => {
      if (!seq.flow || !seq.range) return;
      const [start, end] = seq.range;
      if (text[start] === "[" && text[start + 1] === " ") cuts.push([start + 1, start + 2]);
      if (text[end - 1] === "]" && text[end - 2] === " " && end - 2 > start + 1) cuts.push([end - 2, end - 1]);
    },
  });
  return cuts.sort((a, b) => b[0] - a[0]).reduce((done, [from, to]) => done.slice(0, from) + done.slice(to), text);
}

/** Gives a key below `nodes` another name, in place. */
export function renameKey(text: string, section: string, from: string, to: string): string {
  const { document } = peek(text);
  const map = (document.contents as YAMLMap | null)?.get(section);
  if (!isMap(map)) return text;
  const pair = (map.items as KeyPair[]).find((one) => keyOf(one) === from);
  if (!pair?.key.range) return text;
  return text.slice(0, pair.key.range[0]) + fresh(to, 1).replace(/: 1$/, "") + text.slice(pair.key.range[1]);
}
