import { type Inline, plain, readInline } from "./inline";

// The blocks of a page of Markdown, as our documents write them. Pure.

export type Align = "left" | "right" | "center";
export type Block =
  | { kind: "heading"; level: number; id: string; inner: Inline[] }
  | { kind: "paragraph"; inner: Inline[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "quote"; inner: Block[] }
  | { kind: "list"; ordered: boolean; start: number; items: Block[][] }
  | { kind: "table"; align: Align[]; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])(\s+|$)/;
const QUOTE = /^ {0,3}> ?/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** The name of a heading in addresses, as forges make it. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

/** Gives each heading a name of its own. */
export function slugs(): (text: string) => string {
  const seen = new Map<string, number>();
  return (text) => {
    const name = slug(text);
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}-${times}`;
  };
}

export function readMarkdown(text: string): Block[] {
  const lines = text
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/\r\n?/g, "\n")
    .split("\n");
  return readLines(lines, slugs());
}

function readLines(lines: string[], named: (text: string) => string): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    if (!line.trim()) {
      at += 1;
      continue;
    }
    const fence = FENCE.exec(line);
    const heading = HEADING.exec(line);
    if (fence) {
      const [block, end] = readCode(lines, at, fence[1] ?? "```", fence[2] ?? "");
      blocks.push(block);
      at = end;
    } else if (heading) {
      const inner = readInline(heading[2] ?? "");
      blocks.push({ kind: "heading", level: heading[1]?.length ?? 1, id: named(plain(inner)), inner });
      at += 1;
    } else if (RULE.test(line)) {
      blocks.push({ kind: "rule" });
      at += 1;
    } else if (QUOTE.test(line)) {
      const end = until(lines, at, (one) => !one.trim());
      blocks.push({ kind: "quote", inner: readLines(lines.slice(at, end).map((one) => one.replace(QUOTE, "")), named) });
      at = end;
    } else if (ITEM.test(line)) {
      const [block, end] = readList(lines, at, named);
      blocks.push(block);
      at = end;
    } else if (line.includes("|") && DIVIDER.test(lines[at + 1] ?? "") && (lines[at + 1] ?? "").includes("-")) {
      const end = until(lines, at + 2, (one) => !one.includes("|"));
      blocks.push(readTable(lines.slice(at, end)));
      at = end;
    } else {
      const end = until(lines, at + 1, (one) => !one.trim() || begins(one));
      const joined = lines.slice(at, end).map((one) => one.trimStart()).join("\n").trimEnd();
      blocks.push({ kind: "paragraph", inner: readInline(joined) });
      at = end;
    }
  }
  return blocks;
}

/** A line that ends a paragraph, because something else begins. Only lists from 1 do, as in CommonMark. */
function begins(line: string): boolean {
  const item = ITEM.exec(line);
  const isItem = item !== null && item[4] !== "" && (item[3] === undefined || item[3] === "1");
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || isItem;
}

function until(lines: string[], from: number, stop: (line: string) => boolean): number {
  let end = from;
  while (end < lines.length && !stop(lines[end] ?? "")) end += 1;
  return end;
}

function readCode(lines: string[], at: number, fence: string, language: string): [Block, number] {
  const indent = /^ */.exec(lines[at] ?? "")?.[0].length ?? 0;
  const end = until(lines, at + 1, (line) => line.trim().startsWith(fence) && /^[`~]+$/.test(line.trim()));
  const text = lines.slice(at + 1, end).map((line) => line.replace(new RegExp(`^ {0,${indent}}`), ""));
  return [{ kind: "code", language: language.trim().split(/\s/)[0] ?? "", text: text.join("\n") }, end + 1];
}

function readList(lines: string[], from: number, named: (text: string) => string): [Block, number] {
  const first = ITEM.exec(lines[from] ?? "");
  const ordered = first?.[3] !== undefined;
  const same = (line: string) => {
    const item = ITEM.exec(line);
    return item && (item[3] !== undefined) === ordered && !RULE.test(line) ? item : null;
  };
  const items: Block[][] = [];
  let at = from;
  for (let item = same(lines[at] ?? ""); item; item = same(lines[at] ?? "")) {
    const width = item[4] === "" || (item[4]?.length ?? 1) > 4 ? item[0].trimEnd().length + 1 : item[0].length;
    const own = [(lines[at] ?? "").slice(width)];
    at += 1;
    // What is indented belongs to it, after blank lines too; a line that goes on a paragraph does without indent.
    for (; at < lines.length; at++) {
      const line = lines[at] ?? "";
      const indent = /^ */.exec(line)?.[0].length ?? 0;
      if (!line.trim()) {
        const next = lines.slice(at).find((one) => one.trim());
        if (next === undefined || (/^ */.exec(next)?.[0].length ?? 0) < width) break;
        own.push("");
      } else if (indent >= width) own.push(line.slice(width));
      else if (lines[at - 1]?.trim() && !begins(line) && !ITEM.test(line)) own.push(line.trimStart());
      else break;
    }
    items.push(readLines(own, named));
    const next = until(lines, at, (one) => one.trim() !== "");
    if (same(lines[next] ?? "")) at = next;
  }
  return [{ kind: "list", ordered, start: Number(first?.[3] ?? 1), items }, at];
}

/** The cells of a line; `\|` is a bar in a cell. */
function cells(line: string): string[] {
  const inside = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function readTable([head = "", divider = "", ...rows]: string[]): Block {
  const align = cells(divider).map((cell): Align => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "left"));
  const read = (line: string) => {
    const found = cells(line);
    return align.map((_, index) => readInline(found[index] ?? ""));
  };
  return { kind: "table", align, head: read(head), rows: rows.map(read) };
}
