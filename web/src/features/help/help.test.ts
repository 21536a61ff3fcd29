import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, it } from "vitest";
import { addressOf } from "@/components/markdown/address";
import { readMarkdown } from "@/components/markdown/blocks";
import { fileOf, find, grouped, placeIn, resolve } from "./pages";

const entries = [
  { path: "README", title: "Documents", headings: ["Documents"], language: "en" },
  { path: "reference/errors/invalid", title: "invalid", headings: ["invalid"], language: "en" },
  { path: "guides/loading", title: "Loading", headings: ["Loading", "Write modes", "`merge` and keys"], language: "en" },
  { path: "reference/README", title: "Reference", headings: ["Reference"], language: "en" },
];

it("finds the page that an address means", () => {
  expect(resolve("", entries)?.path).toBe("README");
  expect(resolve("guides/loading.md", entries)?.path).toBe("guides/loading");
  expect(resolve("errors/invalid", entries)?.path).toBe("reference/errors/invalid");
  expect(resolve("reference/", entries)?.path).toBe("reference/README");
  expect(resolve("guides/nothing", entries)).toBeUndefined();
});

it("orders folders for readers", () => {
  expect(grouped(entries).map((group) => group.folder)).toEqual(["guides", "reference", "reference/errors"]);
});

it("searches titles and headings, with the anchor of each", () => {
  expect(find("lOading", entries)).toEqual([{ entry: entries[2] }]);
  expect(find("merge keys", entries)).toEqual([{ entry: entries[2], heading: { text: "merge and keys", id: "merge-and-keys" } }]);
  expect(find("loading modes", entries)).toEqual([{ entry: entries[2], heading: { text: "Write modes", id: "write-modes" } }]);
  expect(find("  ", entries)).toEqual([]);
});

it("searches what stands below headings, after all else, and says where", () => {
  const texts = { "guides/loading": ["How rows get in.", "", "Loads are **idempotent**: see [keys](keys.md).", ""], "reference/errors/invalid": ["Something about loading."] };
  expect(find("idempotent", entries, texts)).toEqual([{ entry: entries[2], heading: { text: "Write modes", id: "write-modes" }, excerpt: "Loads are idempotent: see keys." }]);
  expect(find("loading", entries, texts).map(({ entry, excerpt }) => [entry.path, excerpt])).toEqual([["guides/loading", undefined], ["reference/errors/invalid", "Something about loading."]]);
});

const root = "../docs";
const documents = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md") && !/^(adr|screenshots)/.test(name));
const headingsOf = new Map(documents.map((path) => [path, readMarkdown(readFileSync(`${root}/${path}`, "utf8")).flatMap((block) => (block.kind === "heading" ? [block] : []))]));

it("has the same headings in every language, so that links find their place", () => {
  const translated = documents.filter((path) => path.startsWith("fr/"));
  expect(translated.length).toBeGreaterThan(70);
  for (const path of translated) {
    const levels = (of: string) => headingsOf.get(of)?.map((heading) => heading.level);
    expect(levels(path), path).toEqual(levels(path.slice(3)));
  }
});

it("leads from every link of a document to a heading that is there", () => {
  const lost = documents.flatMap((path) => {
    const text = readFileSync(`${root}/${path}`, "utf8").replace(/```[\s\S]*?```/g, "");
    return [...text.matchAll(/\]\(([^)\s]*)#([^)\s]+)\)/g)].flatMap(([, file = "", hash]) => {
      const to = file ? posix.join(posix.dirname(path), file) : path;
      return file.includes("://") || !headingsOf.has(to) || headingsOf.get(to)?.some((heading) => heading.id === hash) ? [] : [`${path}: ${file}#${hash}`];
    });
  });
  expect(lost).toEqual([]);
});

it("leads from every link of the pages to a heading that is there", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tsx") && !name.includes(".test."));
  const links = sources.flatMap((name) => [...readFileSync(`src/${name}`, "utf8").matchAll(/_splat: "([^"]+)" \}\} hash="([^"]+)"/g)].map(([, path, hash]) => ({ name, path, hash })));
  expect(links.length).toBeGreaterThan(5);
  for (const { name, path, hash } of links) expect(headingsOf.get(`${path}.md`)?.map((heading) => heading.id), `${name}: ${path}#${hash}`).toContain(hash);
});

it("finds a place by its English name in every language", () => {
  const french = { path: "guides/loading", title: "Chargement", headings: ["Modes d'écriture", "`merge` et clés"], language: "fr", places: ["Write modes", "`merge` and keys"] };
  expect(placeIn(french, "merge-and-keys")).toBe("merge-et-clés");
  expect(placeIn(french, "merge-et-clés")).toBe("merge-et-clés");
  expect(fileOf(french)).toBe("fr/guides/loading");
  expect(addressOf("../../reference/command-line.md", fileOf(french))).toEqual({ kind: "page", path: "reference/command-line", hash: undefined });
  expect(addressOf("files.md#lire", fileOf(french))).toEqual({ kind: "page", path: "guides/files", hash: "lire" });
});
