/** A place of an object whose value is another one than before. */
export interface Change {
  path: string;
  before: unknown;
  after: unknown;
}

type Node = Record<string, unknown> | unknown[];
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** Times and counters change with everything; they say nothing. */
const NOISE = new Set(["revision", "updated_at"]);

/** What changed from one object to the next: places that came, went or have another value. */
export function changes(before: unknown, after: unknown, path = ""): Change[] {
  if (same(before, after)) return [];
  if (!isNode(before) && !isNode(after)) return [{ path, before, after }];
  if (Array.isArray(before) !== Array.isArray(after) && isNode(before) && isNode(after)) return [{ path, before, after }];
  if ((isNode(before) || before == null) && (isNode(after) || after == null)) {
    const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
    const isEmpty = keys.length === 0;
    return isEmpty ? [{ path, before, after }] : keys.filter((key) => path !== "" || !NOISE.has(key)).flatMap((key) => changes(at(before, key), at(after, key), path ? `${path}.${key}` : key));
  }
  return [{ path, before, after }];
}

function at(value: unknown, key: string): unknown {
  return isNode(value) ? (value as Record<string, unknown>)[key] : undefined;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (a == null && b == null) || JSON.stringify(a) === JSON.stringify(b);
}

/** A value in few words. */
export function worded(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
