import { parse } from "yaml";
import { nodesOf } from "./graph";
import { isObject, type Json, same } from "./yaml";

// What differs between two documents, and what both changed. Pure.

export interface NodeChange {
  node: string;
  change: "added" | "removed" | "changed";
  settings: string[];
}

export interface Comparison {
  nodes: NodeChange[];
  sections: string[];
}

export function valueOf(text: string): Json {
  try {
    const value: unknown = parse(text, { maxAliasCount: 10_000 });
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export function compare(from: Json, to: Json): Comparison {
  const [old, now] = [nodesOf(from), nodesOf(to)];
  const nodes: NodeChange[] = [];
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const [a, b] = [old[name], now[name]];
    if (!a) nodes.push({ node: name, change: "added", settings: [] });
    else if (!b) nodes.push({ node: name, change: "removed", settings: [] });
    else if (!same(a, b)) nodes.push({ node: name, change: "changed", settings: [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !same(a[key], b[key])) });
  }
  const sections = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter((key) => key !== "nodes" && !same(from[key], to[key]));
  return { nodes, sections };
}

/** Both changes on top of the common ground. Where both changed the same, `mine` wins and the place is named. */
export function merge(base: unknown, mine: unknown, theirs: unknown, path = ""): { value: unknown; clashes: string[] } {
  if (same(mine, theirs) || same(base, theirs)) return { value: mine, clashes: [] };
  if (same(base, mine)) return { value: theirs, clashes: [] };
  if (isObject(mine) && isObject(theirs)) {
    const ground = isObject(base) ? base : {};
    const clashes: string[] = [];
    const value: Json = {};
    for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
      const one = merge(ground[key], mine[key], theirs[key], path ? `${path} › ${key}` : key);
      clashes.push(...one.clashes);
      if (one.value !== undefined) value[key] = one.value;
    }
    return { value, clashes };
  }
  return { value: mine, clashes: path.startsWith("layout") ? [] : [path] };
}

export interface Line {
  kind: "same" | "added" | "removed";
  text: string;
  old?: number;
  now?: number;
}

/** Two texts line by line: what both have, what was taken away, what was put in. */
export function lines(from: string, to: string): Line[] {
  const [a, b] = [from.replace(/\n$/, "").split("\n"), to.replace(/\n$/, "").split("\n")];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [x, y] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const width = y.length + 1;
  const table = new Uint32Array((x.length + 1) * width);
  for (let i = x.length - 1; i >= 0; i -= 1) {
    for (let j = y.length - 1; j >= 0; j -= 1) {
      table[i * width + j] = x[i] === y[j] ? (table[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
    }
  }
  const found: Line[] = [];
  const put = (kind: Line["kind"], text: string, i: number, j: number) => found.push({ kind, text, old: kind === "added" ? undefined : i + 1, now: kind === "removed" ? undefined : j + 1 });
  for (let k = 0; k < start; k += 1) put("same", a[k] ?? "", k, k);
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) { put("same", x[i] ?? "", start + i, start + j); i += 1; j += 1; }
    else if (j >= y.length || (i < x.length && (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))) { put("removed", x[i] ?? "", start + i, 0); i += 1; }
    else { put("added", y[j] ?? "", 0, start + j); j += 1; }
  }
  for (let k = 0; k < end; k += 1) put("same", a[a.length - end + k] ?? "", a.length - end + k, b.length - end + k);
  return found;
}

/** Only what changed, with some lines around it; `null` stands for lines that are left out. */
export function around(all: Line[], context = 3): (Line | null)[] {
  const keep = new Set<number>();
  all.forEach((line, index) => { if (line.kind !== "same") for (let k = index - context; k <= index + context; k += 1) keep.add(k); });
  const shown: (Line | null)[] = [];
  all.forEach((line, index) => {
    if (keep.has(index)) shown.push(line);
    else if (shown.at(-1) !== null) shown.push(null);
  });
  return shown;
}
