import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

// The texts that stand in the program, read from its source: for tests that compare what it says with what the pages know.

/** A text between quotation marks. */
export interface Literal {
  /** With `{}` where values go, without the marks of the language around it. */
  text: string;
  /** Where it stands, from the root: `crates/api/src/problem.rs`. */
  path: string;
  line: number;
  /** What it is handed to, the innermost last: `["Err", "Fault::config", "format!"]`. */
  calls: string[];
}

/** As the program is written, but for its tests. */
export function literals(): Literal[] {
  const found: Literal[] = [];
  for (const entry of readdirSync("../crates", { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).replace(/^\.\.\//, "");
    if (!entry.isFile() || !/^crates\/(?!testkit\/)[^/]+\/src\/.*\.rs$/.test(path) || /(^|\/)tests?(\/|\.rs$)/.test(path)) continue;
    const code = readFileSync(join("..", path), "utf8");
    const tests = code.search(/^#\[cfg\(test\)\]\nmod \w+ \{/m);
    found.push(...literalsOf(tests < 0 ? code : code.slice(0, tests), path));
  }
  return found;
}

/** What stands at a place that is no code: a comment, a character, a raw text. Its length; 0 for code. */
function passed(code: string, at: number): number {
  const rest = code.slice(at, at + 16);
  const until = (end: string, from: number) => {
    const stop = code.indexOf(end, at + from);
    return (stop < 0 ? code.length : stop + end.length) - at;
  };
  if (rest.startsWith("//")) return until("\n", 2);
  if (rest.startsWith("/*")) return until("*/", 2);
  const character = /^'(\\[^']+|\\'|[^\\'])'/.exec(rest);
  if (character) return character[0].length;
  const raw = /^b?r(#*)"/.exec(rest);
  return raw && !/\w/.test(code[at - 1] ?? "") ? until(`"${raw[1]}`, raw[0].length) : 0;
}

function literalsOf(code: string, path: string): Literal[] {
  const found: Literal[] = [];
  const open: string[] = [];
  let line = 1;
  for (let at = 0; at < code.length; ) {
    const sign = code[at] ?? "";
    let length = passed(code, at) || 1;
    if (sign === '"') {
      let end = at + 1;
      while (end < code.length && code[end] !== '"') end += code[end] === "\\" ? 2 : 1;
      length = end + 1 - at;
      found.push({ text: plain(code.slice(at + 1, end)), path, line, calls: open.slice(open.lastIndexOf("{") + 1) });
    } else if (length === 1 && "([{".includes(sign)) open.push(sign === "{" ? "{" : (/([\w:]+!?)$/.exec(code.slice(Math.max(0, at - 80), at))?.[1] ?? ""));
    else if (length === 1 && ")]}".includes(sign)) open.pop();
    line += code.slice(at, at + length).split("\n").length - 1;
    at += length;
  }
  return found;
}

/** The text that a literal stands for, with holes. */
function plain(text: string): string {
  return text
    .replace(/\\\r?\n\s*/g, "")
    .replaceAll("\\n", "\n")
    .replaceAll('\\"', '"')
    .replaceAll("\\\\", "\\")
    .replaceAll("{{", "\u0001")
    .replaceAll("}}", "\u0002")
    .replace(/\{\w*(:[^{} ]*)?\}/g, "{}")
    .replaceAll("\u0001", "{")
    .replaceAll("\u0002", "}")
    .trim();
}
