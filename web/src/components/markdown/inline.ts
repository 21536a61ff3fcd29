// What stands in a line of Markdown. Pure; HTML is text like any other.

export type Inline =
  | { kind: "text" | "code"; text: string }
  | { kind: "strong" | "em" | "del"; inner: Inline[] }
  | { kind: "link"; href: string; inner: Inline[] }
  | { kind: "break" };

const MARKS: [string, "strong" | "em" | "del"][] = [
  ["**", "strong"],
  ["__", "strong"],
  ["~~", "del"],
  ["*", "em"],
  ["_", "em"],
];
const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&nbsp;": "\u00a0", "&#39;": "'" };
const isWord = (letter: string | undefined) => letter !== undefined && /[\p{L}\p{N}_]/u.test(letter);

interface Found {
  node: Inline | null;
  end: number;
}

/** Reads a line, or lines that belong together. */
export function readInline(source: string): Inline[] {
  const found: Inline[] = [];
  let text = "";
  const put = (node: Inline) => {
    if (text) found.push({ kind: "text", text });
    text = "";
    found.push(node);
  };
  for (let at = 0; at < source.length; ) {
    const hit = code(source, at) ?? picture(source, at) ?? link(source, at) ?? address(source, at) ?? emphasis(source, at) ?? lineBreak(source, at);
    if (hit) {
      if (hit.node) put(hit.node);
      at = hit.end;
      continue;
    }
    const entity = source[at] === "&" ? /^&[#\w]+;/.exec(source.slice(at, at + 8))?.[0] : undefined;
    if (source[at] === "\\" && /[!-/:-@[-`{-~]/.test(source[at + 1] ?? "")) {
      text += source[at + 1];
      at += 2;
    } else if (entity && ENTITIES[entity]) {
      text += ENTITIES[entity];
      at += entity.length;
    } else {
      text += source[at] === "\n" ? " " : source[at];
      at += 1;
    }
  }
  if (text) found.push({ kind: "text", text });
  return found;
}

/** The words of it, without marks. */
export function plain(inner: Inline[]): string {
  return inner.map((one) => (one.kind === "break" ? " " : "text" in one ? one.text : plain(one.inner))).join("");
}

function code(source: string, at: number): Found | null {
  if (source[at] !== "`") return null;
  const fence = /^`+/.exec(source.slice(at))?.[0] ?? "`";
  let end = at + fence.length;
  for (;;) {
    end = source.indexOf(fence, end);
    if (end < 0) return { node: { kind: "text", text: fence }, end: at + fence.length };
    if (source[end + fence.length] !== "`" && source[end - 1] !== "`") break;
    while (source[end] === "`") end += 1;
  }
  const inside = source.slice(at + fence.length, end).replaceAll("\n", " ");
  const text = /^ .*\S.* $/.test(inside) ? inside.slice(1, -1) : inside;
  return { node: { kind: "code", text }, end: end + fence.length };
}

/** Where a bracket that opens at `at` is closed. */
function closing(source: string, at: number, open: string, close: string): number {
  let depth = 0;
  for (let place = at; place < source.length; place++) {
    if (source[place] === "\\") place += 1;
    else if (source[place] === "`") place = (code(source, place)?.end ?? place + 1) - 1;
    else if (source[place] === open) depth += 1;
    else if (source[place] === close && --depth === 0) return place;
  }
  return -1;
}

function parts(source: string, at: number): { words: string; href: string; end: number } | null {
  const middle = closing(source, at, "[", "]");
  if (middle < 0 || source[middle + 1] !== "(") return null;
  const end = closing(source, middle + 1, "(", ")");
  if (end < 0) return null;
  const inside = source.slice(middle + 2, end).trim();
  const href = /^<([^<>]*)>/.exec(inside)?.[1] ?? inside.split(/\s/)[0] ?? "";
  return { words: source.slice(at + 1, middle), href, end: end + 1 };
}

function link(source: string, at: number): Found | null {
  const found = source[at] === "[" ? parts(source, at) : null;
  return found && { node: { kind: "link", href: found.href, inner: readInline(found.words) }, end: found.end };
}

/** Pictures are left out: pages load nothing from elsewhere. */
function picture(source: string, at: number): Found | null {
  const found = source[at] === "!" && source[at + 1] === "[" ? parts(source, at + 1) : null;
  return found && { node: null, end: found.end };
}

function address(source: string, at: number): Found | null {
  if (source[at] !== "<") return null;
  const found = /^<((?:https?:\/\/|mailto:)[^\s<>]+)>/.exec(source.slice(at, at + 2000));
  return found?.[1] ? { node: { kind: "link", href: found[1], inner: [{ kind: "text", text: found[1].replace(/^mailto:/, "") }] }, end: at + found[0].length } : null;
}

function emphasis(source: string, at: number): Found | null {
  const mark = MARKS.find(([word]) => source.startsWith(word, at));
  if (!mark) return null;
  const [word, kind] = mark;
  const inWord = word.startsWith("_") && isWord(source[at - 1]);
  if (inWord || !/\S/.test(source[at + word.length] ?? "")) return null;
  for (let end = at + word.length; end < source.length; end++) {
    if (source[end] === "\\") end += 1;
    else if (source[end] === "`") end = (code(source, end)?.end ?? end + 1) - 1;
    else if (source.startsWith(word, end) && end > at + word.length && /\S/.test(source[end - 1] ?? "")) {
      // A single mark does not end at a double one.
      if (word.length === 1 && source[end + 1] === word) {
        end += 1;
        continue;
      }
      if (word.startsWith("_") && isWord(source[end + word.length])) continue;
      return { node: { kind, inner: readInline(source.slice(at + word.length, end)) }, end: end + word.length };
    }
  }
  return null;
}

function lineBreak(source: string, at: number): Found | null {
  const found = /^(?: {2,}|\\)\n/.exec(source.slice(at, at + 40));
  return found && { node: { kind: "break" }, end: at + found[0].length };
}
