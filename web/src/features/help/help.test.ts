import { expect, it } from "vitest";
import { find, grouped, resolve } from "./pages";

const entries = [
  { path: "README", title: "Documents", headings: ["Documents"] },
  { path: "reference/errors/invalid", title: "invalid", headings: ["invalid"] },
  { path: "guides/loading", title: "Loading", headings: ["Loading", "Write modes", "`merge` and keys"] },
  { path: "reference/README", title: "Reference", headings: ["Reference"] },
  { path: "adr/README", title: "Decisions", headings: ["Decisions"] },
];

it("finds the page that an address means", () => {
  expect(resolve("", entries)?.path).toBe("README");
  expect(resolve("guides/loading.md", entries)?.path).toBe("guides/loading");
  expect(resolve("errors/invalid", entries)?.path).toBe("reference/errors/invalid");
  expect(resolve("reference/", entries)?.path).toBe("reference/README");
  expect(resolve("guides/nothing", entries)).toBeUndefined();
});

it("orders folders for readers", () => {
  expect(grouped(entries).map((group) => group.folder)).toEqual(["guides", "reference", "reference/errors", "adr"]);
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
