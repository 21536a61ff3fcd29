import { type Document, isMap, isScalar, type Node, type Pair, parseDocument, type Scalar, visit } from "yaml";
import { isObject, type Json, peek, same } from "./yaml";

// Reading a long document takes longer than a key press may. What was read last is kept with the places of its parts; a change
// within one part reads only that part anew. The text stays the only truth: whatever cannot be read alone is read as a whole. Pure.

/** Lines of a text that can be read alone: one node, or one section that is not `nodes`. */
export interface Part {
  section: string;
  /** Name of the node; none for a section. */
  node: string | undefined;
  from: number;
  to: number;
  /** Where its key stands, from 0, and its line, from 1. */
  column: number;
  line: number;
}

/** A text that was read. */
export interface Written {
  text: string;
  value: Json;
  parts: Part[];
  /** Whether each part means the same when it is read alone. */
  isDivisible: boolean;
}

/** Why a text cannot be read, with places from 1. */
export interface Unread {
  /** Of which kind it is, in the words of the YAML reader; its message is English. */
  code?: string;
  message: string;
  line?: number;
  column?: number;
}

let kept: Written | undefined;

/** What a text says, or why it cannot be read. */
export function read(text: string): { written: Written } | { problems: Unread[] } {
  if (kept?.text === text) return { written: kept };
  const again = kept && readAgain(kept, text);
  if (again) {
    kept = again;
    return { written: again };
  }
  const { document, lines } = peek(text);
  if (document.errors.length > 0) {
    return { problems: document.errors.map((error) => { const { line, col } = lines.linePos(error.pos[0]); return { code: error.code, message: error.message, line, column: col }; }) };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 10_000 });
  } catch (error) {
    return { problems: [{ message: error instanceof Error ? error.message : "" }] };
  }
  kept = { text, value: isObject(value) ? value : {}, ...partsIn(text, document, (at) => lines.linePos(at).line) };
  return { written: kept };
}

/** The part in which alone two values differ. */
export function partThatDiffers(written: Written, next: Json): Part | undefined {
  const section = written.isDivisible ? onlyDifference(written.value, next) : undefined;
  if (section === undefined) return undefined;
  if (section !== "nodes") return written.parts.find((part) => part.section === section && part.node === undefined);
  const [old, now] = [written.value.nodes, next.nodes];
  const node = isObject(old) && isObject(now) ? onlyDifference(old, now) : undefined;
  return node === undefined ? undefined : written.parts.find((part) => part.section === "nodes" && part.node === node);
}

function onlyDifference(a: Json, b: Json): string | undefined {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return undefined;
  let found: string | undefined;
  for (const key of keys) {
    if (!(key in b)) return undefined;
    if (a[key] === b[key] || same(a[key], b[key])) continue;
    if (found !== undefined) return undefined;
    found = key;
  }
  return found;
}

/** The text with one section more, as it stands in `next`; nothing when that is not all that differs. `write` puts it into words. */
export function withSection(old: Written, next: Json, write: (section: string, value: unknown) => string): string | undefined {
  const keys = Object.keys(next);
  const at = keys.findIndex((key) => !(key in old.value));
  const section = keys[at];
  const before = old.parts.filter((part) => part.section === keys[at - 1]).at(-1);
  if (!old.isDivisible || section === undefined || section === "nodes" || !before || keys.length !== Object.keys(old.value).length + 1) return undefined;
  if (keys.some((key, index) => index !== at && !same(old.value[key], next[key]))) return undefined;
  const place = before.to;
  if (old.text[place - 1] !== "\n") return undefined;
  const lines = `${write(section, next[section])}\n`;
  const part: Part = { section, node: undefined, from: place, to: place + lines.length, column: 0, line: count(old.text.slice(0, place)) + 1 };
  if (!same((alone(part, lines)?.toJS() as Json | undefined)?.[section], next[section])) return undefined;
  const more = count(lines);
  const moved = (one: Part): Part => (one.from >= place ? { ...one, from: one.from + lines.length, to: one.to + lines.length, line: one.line + more } : one);
  const index = old.parts.indexOf(before) + 1;
  kept = { text: old.text.slice(0, place) + lines + old.text.slice(place), value: next, parts: [...old.parts.slice(0, index), part, ...old.parts.slice(index)].map((one) => (one === part ? one : moved(one))), isDivisible: true };
  return kept.text;
}

/** What stands before a part when it is read alone. */
export const headOf = (part: Part): string => (part.node === undefined ? "" : `${part.section}:\n`);

/** The part as a document of its own; nothing if it does not stand alone. */
export function alone(part: Part, lines: string): Document.Parsed | undefined {
  // Marks of documents mean something to what follows, too.
  if (/^(---|\.\.\.|%)/m.test(lines)) return undefined;
  const document = parseDocument(headOf(part) + lines, { prettyErrors: false });
  if (document.errors.length > 0 || !isAlone(document)) return undefined;
  const outer = only(document.contents);
  const pair = part.node === undefined ? outer : only(outer?.value);
  if (!outer?.key || !pair?.key.range || outer.key.value !== part.section || (part.node !== undefined && pair.key.value !== part.node)) return undefined;
  const start = pair.key.range[0] - headOf(part).length;
  return start === part.column ? document : undefined;
}

type KeyPair = Pair<Scalar<string>, Node | null>;

function only(node: unknown): KeyPair | undefined {
  return isMap(node) && !node.flow && node.items.length === 1 && isScalar(node.items[0]?.key) ? (node.items[0] as KeyPair) : undefined;
}

/** Whether nothing refers to something elsewhere. */
function isAlone(document: Document.Parsed): boolean {
  let found = true;
  const refers = () => { found = false; return visit.BREAK; };
  visit(document, { Alias: refers, Node: (_, node) => ("anchor" in node && node.anchor ? refers() : undefined) });
  return found;
}

/** The parts of a document; whether they are lines of their own is found out as well. */
function partsIn(text: string, document: Document.Parsed, lineAt: (at: number) => number): Pick<Written, "parts" | "isDivisible"> {
  const { contents } = document;
  if (!isMap(contents)) return { parts: [], isDivisible: false };
  const parts: Part[] = [];
  let isDivisible = contents.flow !== true && isAlone(document);
  const put = (section: string, node: string | undefined, key: unknown) => {
    const at = isScalar(key) ? key.range?.[0] : undefined;
    if (at === undefined) isDivisible = false;
    else {
      const from = text.lastIndexOf("\n", at - 1) + 1;
      const before = parts.at(-1);
      if (before) before.to = Math.min(before.to, from);
      if (before && before.from >= before.to) isDivisible = false;
      parts.push({ section, node, from, to: text.length, column: at - from, line: lineAt(at) });
    }
  };
  for (const { key, value } of contents.items as KeyPair[]) {
    if (key.value === "nodes" && isMap(value) && value.items.length > 0) {
      if (value.flow) isDivisible = false;
      // The line `nodes:` itself is in no part.
      const [before, start] = [parts.at(-1), key.range?.[0] ?? 0];
      if (before) before.to = text.lastIndexOf("\n", start - 1) + 1;
      for (const node of value.items as KeyPair[]) put("nodes", String(node.key.value), node.key);
    } else put(String(key.value), undefined, key);
  }
  return { parts, isDivisible };
}

/** The new text, when it differs from the old one within a part that stands alone. */
function readAgain(old: Written, text: string): Written | undefined {
  if (!old.isDivisible) return undefined;
  const shorter = Math.min(old.text.length, text.length);
  let start = 0;
  while (start < shorter && old.text.charCodeAt(start) === text.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < shorter - start && old.text.charCodeAt(old.text.length - 1 - end) === text.charCodeAt(text.length - 1 - end)) end += 1;
  const grown = text.length - old.text.length;
  for (const part of old.parts) {
    if (part.from > start || part.to < old.text.length - end) continue;
    const lines = text.slice(part.from, part.to + grown);
    const isLast = part.to === old.text.length;
    const document = isLast || lines.endsWith("\n") ? alone(part, lines) : undefined;
    if (!document) continue;
    const read = document.toJS() as Json;
    const [before, now] = part.node === undefined ? [old.value[part.section], shared(old.value[part.section], read[part.section])] : [(old.value[part.section] as Json)[part.node], shared((old.value[part.section] as Json)[part.node], (read[part.section] as Json)[part.node])];
    // What means the same is the same, so that nobody looks at it again.
    const value = before === now ? old.value : part.node === undefined ? { ...old.value, [part.section]: now } : { ...old.value, [part.section]: { ...(old.value[part.section] as Json), [part.node]: now } };
    const more = count(lines) - count(old.text.slice(part.from, part.to));
    const parts = old.parts.map((one) => (one === part ? { ...one, to: one.to + grown } : one.from >= part.to ? { ...one, from: one.from + grown, to: one.to + grown, line: one.line + more } : one));
    return { text, value, parts, isDivisible: true };
  }
  return undefined;
}

/** The new value, made of what is the same in the old one. */
function shared(old: unknown, now: unknown): unknown {
  if (same(old, now)) return old;
  if (!isObject(old) || !isObject(now)) return now;
  return Object.fromEntries(Object.entries(now).map(([key, value]) => [key, key in old ? shared(old[key], value) : value]));
}

function count(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
