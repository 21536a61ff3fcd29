import { useQuery } from "@tanstack/react-query";
import { serverUrl } from "@/api/base";
import { problemOf } from "@/api/problem";
import { slugs } from "@/components/markdown/blocks";
import { currentLanguage } from "@/lib/i18n";
import { plain } from "@/lib/plain";
import { typeset } from "@/lib/typeset";

/** A page of the documents, as the server lists it. */
export interface HelpEntry {
  /** Without `.md`: `guides/loading`. */
  path: string;
  title: string;
  headings: string[];
  /** The language that it is in: English where it is not translated. */
  language: string;
  /** The headings of the English page, in the same order: links name places by them in every language. */
  places?: string[];
}

async function read(path: string): Promise<Response> {
  const answer = await fetch(serverUrl(`/help-pages/${currentLanguage()}/${path}`), { credentials: "same-origin" });
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

/** Every page there is. The documents are part of the program: they change with it only. */
export function useHelpIndex() {
  return useQuery({
    queryKey: ["help-index", currentLanguage()],
    queryFn: async () => (await (await read("index.json")).json()) as HelpEntry[],
    staleTime: Infinity,
  });
}

/** What stands below the title of every page and below each of its headings: only for those who search. */
export function useHelpTexts(wanted: boolean) {
  return useQuery({ queryKey: ["help-texts", currentLanguage()], queryFn: async () => (await (await read("texts.json")).json()) as HelpTexts, enabled: wanted, staleTime: Infinity });
}

export function useHelpPage(entry: HelpEntry | undefined) {
  return useQuery({ queryKey: ["help-page", currentLanguage(), entry?.path], queryFn: async () => typeset(await (await read(`${entry?.path}.md`)).text(), entry?.language ?? ""), enabled: entry !== undefined, staleTime: Infinity });
}

/** Where the file of a page stands among the documents, for the links in it. */
export function fileOf(entry: HelpEntry): string {
  return entry.language === "en" ? entry.path : `${entry.language}/${entry.path}`;
}

/** The name that a place of the English page has in this one: the heading that stands as far down. */
export function placeIn(entry: HelpEntry, hash: string): string {
  const english = slugs();
  const at = entry.places?.map((heading) => english(heading)).indexOf(hash) ?? -1;
  const own = slugs();
  return entry.headings.map((heading) => own(heading))[at] ?? hash;
}

/** The page that an address means: `errors/invalid` is found below the reference, a folder is its README. */
export function resolve(path: string, entries: HelpEntry[]): HelpEntry | undefined {
  const clean = path.replace(/^\/+|\/+$/g, "").replace(/\.md$/, "");
  const tried = [clean, `${clean}/README`.replace(/^\//, ""), `reference/${clean}`, `reference/${clean}/README`, `guides/${clean}`];
  return tried.map((one) => entries.find((entry) => entry.path === one)).find(Boolean);
}

export interface HelpGroup {
  /** The folder: `guides`, `reference/connectors`. */
  folder: string;
  entries: HelpEntry[];
}

const ORDER = ["guides", "reference", "reference/connectors", "reference/transforms", "reference/errors"];

/** Pages by folder: guides first. The start page stands by itself. */
export function grouped(entries: HelpEntry[]): HelpGroup[] {
  const folders = new Map<string, HelpEntry[]>();
  for (const entry of entries) {
    const folder = entry.path.split("/").slice(0, -1).join("/");
    folders.set(folder, [...(folders.get(folder) ?? []), entry]);
  }
  const rank = (folder: string) => (ORDER.includes(folder) ? ORDER.indexOf(folder) : ORDER.length);
  const isReadme = (entry: HelpEntry) => entry.path.endsWith("README");
  return [...folders]
    .filter(([folder]) => folder !== "")
    .map(([folder, all]) => ({ folder, entries: [...all].sort((a, b) => Number(isReadme(b)) - Number(isReadme(a)) || a.title.localeCompare(b.title)) }))
    .sort((a, b) => rank(a.folder) - rank(b.folder) || a.folder.localeCompare(b.folder));
}

/** Texts by path: below the title, and below each heading. */
export type HelpTexts = Record<string, string[]>;

export interface HelpHit {
  entry: HelpEntry;
  /** The heading that fits or stands above the words, with its anchor; nothing when the title does. */
  heading?: { text: string; id: string };
  /** The words with what stands around them, when they are in no heading. */
  excerpt?: string;
}

const MOST = 40;

/** Pages, headings and paragraphs in which every word stands; titles first, texts last. */
export function find(text: string, entries: HelpEntry[], texts: HelpTexts = {}): HelpHit[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const fits = (given: string) => words.every((word) => plain(given).includes(word));
  const titles = entries.filter((entry) => fits(entry.title)).map((entry): HelpHit => ({ entry }));
  const headings: HelpHit[] = [];
  const places: HelpHit[] = [];
  for (const entry of entries) {
    const name = slugs();
    const sections = entry.headings.map((heading) => ({ text: heading.replaceAll("`", ""), id: name(heading) }));
    for (const [at, heading] of [undefined, ...sections].entries()) {
      const isTitle = heading === undefined || heading.text === entry.title;
      if (!isTitle && (fits(heading.text) || (fits(`${entry.title} ${heading.text}`) && !fits(entry.title)))) headings.push({ entry, heading });
      else if (fits(texts[entry.path]?.[at] ?? "")) places.push({ entry, heading: isTitle ? undefined : heading, excerpt: excerptOf(texts[entry.path]?.[at] ?? "", words[0] ?? "") });
    }
  }
  return [...titles, ...headings, ...places].slice(0, MOST);
}

const BEFORE = 60;
const EXCERPT = 180;

/** A piece of a text around a word, without the marks of Markdown. */
function excerptOf(text: string, word: string): string {
  const clean = text.replace(/\]\([^)]*\)/g, "").replace(/[`*]+/g, "").replace(/[[\]|#>]+/g, " ").replace(/\s+/g, " ").trim();
  const from = Math.max(0, clean.lastIndexOf(" ", Math.max(0, plain(clean).indexOf(word) - BEFORE)));
  const piece = clean.slice(from, from + EXCERPT).trim();
  return `${from > 0 ? "…" : ""}${piece}${from + EXCERPT < clean.length ? "…" : ""}`;
}
