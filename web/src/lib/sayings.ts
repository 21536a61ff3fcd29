import { spaced } from "./typeset";

// What is wrong and what to do is said by the server, in English, with names and values in it. For other languages there
// are the same sentences with holes: "there is no column `{}`" → "il n'y a pas de colonne `{}`". A sentence that is not
// among them is shown as it came.

/** English sentences with holes, and the same in another language; `{2}` is the second hole where their order differs. */
export type Sayings = Record<string, string>;

interface Saying {
  /** Finds the sentence, and what stands in its holes. */
  pattern: RegExp;
  /** Text and holes by turns: the number of the hole that follows each text. */
  parts: { text: string; hole?: number }[];
  holes: Hole[];
}

interface Hole {
  /** Between backticks: a name or what is to be written, the same in every language. */
  code: boolean;
  /** May hold anything. */
  free: boolean;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A hole in code holds no other code; what stands in parentheses at the end is what stands in the last ones. */
function patternOf(english: string): RegExp {
  const pieces = english.split("{}");
  const holes = pieces.slice(1).map((after, index) => (pieces[index]?.endsWith("`") && after.startsWith("`") ? "([^`]*)" : pieces[index] === "" && index > 0 ? "(.*?)" : after.startsWith(" (") ? "(.+)" : "(.+?)"));
  return new RegExp(`^${pieces.map((piece, index) => escaped(piece) + (holes[index] ?? "")).join("")}$`, "s");
}

const anchorOf = (english: string) => english.split("{}").reduce((longest, piece) => (piece.length > longest.length ? piece : longest), "");

function partsOf(translated: string): Saying["parts"] {
  let next = 0;
  const parts: Saying["parts"] = [];
  let from = 0;
  for (const hole of translated.matchAll(/\{(\d?)\}/g)) {
    parts.push({ text: translated.slice(from, hole.index), hole: hole[1] ? Number(hole[1]) - 1 : next });
    next += 1;
    from = hole.index + hole[0].length;
  }
  parts.push({ text: translated.slice(from) });
  return parts;
}

// Names and values, one or a list. What else stands in a hole must be known too, or the sentence would be half of each language;
// only behind a colon or in parentheses stands what others said.
const VALUE = "(`[^`]*`|\"[^\"]*\"|\\{.*\\}|[^\\s,]+(\\(\\d+,\\d+\\))?)";
const VALUES = new RegExp(`^${VALUE}(, ${VALUE})*( and \\d+ more)?$`);

/** What the holes may hold. What only says where something failed is no sentence without what failed. */
function holesOf(english: string): Hole[] {
  const isPlace = /^(\w+ (`\{\}`|\{\})(, )?)+: \{\}$/.test(english);
  let isCode = false;
  return english.split("{}").slice(0, -1).map((before) => {
    if (before.split("`").length % 2 === 0) isCode = !isCode;
    return { code: isCode, free: isPlace ? !before.endsWith(": ") : /(:\s+|\(|`)$/.test(before) };
  });
}

/** Says sentences in another language. */
export function translator(sayings: Sayings): (english: string) => string {
  // There are thousands, of which a page says a few: they are taken apart when a sentence has the longest of their texts.
  const whole = new Map(Object.entries(sayings).filter(([english]) => !english.includes("{}")));
  // What says most by itself is tried first: "column `{}`: {}" would take in many others.
  const open: { anchor: string; get: () => Saying }[] = Object.entries(sayings)
    .filter(([english]) => english.includes("{}"))
    .sort(([a], [b]) => b.replaceAll("{}", "").length - a.replaceAll("{}", "").length)
    .map(([english, translated]) => {
      let made: Saying | undefined;
      return { anchor: anchorOf(english), get: () => (made ??= { pattern: patternOf(english), parts: partsOf(translated), holes: holesOf(english) }) };
    });
  const said = new Map<string, string>();
  const say = (english: string): string => {
    const known = said.get(english);
    if (known !== undefined) return known;
    const found = anew(english);
    if (said.size > 5000) said.clear();
    said.set(english, found);
    return found;
  };
  const anew = (english: string): string => {
    const exact = whole.get(english);
    if (exact !== undefined) return exact;
    for (const { anchor, get } of open) {
      if (!english.includes(anchor)) continue;
      const { pattern, parts, holes } = get();
      const held = pattern.exec(english)?.slice(1);
      if (!held?.every((text, index) => text === "" || holes[index]?.free || VALUES.test(text) || say(text) !== text)) continue;
      const sayHeld = (hole: number) => (holes[hole]?.code ? (held[hole] ?? "") : say(held[hole] ?? ""));
      return parts.map(({ text, hole }) => text + (hole === undefined ? "" : sayHeld(hole))).join("");
    }
    return english;
  };
  return (english) => {
    const found = say(english);
    return found === english ? english : spaced(found);
  };
}

const known = new Map<string, Sayings>();
let shown = "en";
let current: ((english: string) => string) | undefined;

/** The language in which sentences are said from now on. */
export function setSayingsLanguage(language: string): void {
  shown = language;
  current = undefined;
}

/** More sentences of a language. */
export function addSayings(language: string, sayings: Sayings): void {
  known.set(language, { ...known.get(language), ...sayings });
  if (language === shown) current = undefined;
}

/** What the server says is wrong, or what to do, in the language of the page as far as that is known. */
export function say(english: string): string {
  current ??= translator(known.get(shown) ?? {});
  return current(english);
}

/** Both together, for places with little room. */
export function sayBoth({ message, hint }: { message: string; hint?: string | null }): string {
  return hint ? `${say(message)} (${say(hint)})` : say(message);
}

/** A sentence in which values were left out, so that many rows have it in common. */
export function sayOpen(english: string): string {
  return say(english.replace(/(?<!`)…(?!`)/g, "`…`")).replaceAll("`…`", "…");
}
