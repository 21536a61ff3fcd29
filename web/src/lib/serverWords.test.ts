import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Dictionary, joined, wordsOf } from "./serverWords";

type Json = Record<string, unknown>;

const read = (name: string) => JSON.parse(readFileSync(`../docs/reference/${name}.schema.json`, "utf8")) as Json;
const flat = (text: unknown) => (typeof text === "string" ? text.replace(/\s+/g, " ").trim() : "");

interface Said {
  texts: Set<string>;
  /** With the descriptions that each has somewhere. */
  labels: Map<string, Set<string>>;
  choices: Map<string, Set<string>>;
}

/** Everything that a schema says to people. */
function collect(schema: unknown, said: Said): Said {
  if (Array.isArray(schema)) schema.forEach((one) => collect(one, said));
  if (!schema || typeof schema !== "object" || Array.isArray(schema)) return said;
  const { title, description, properties, $defs, enum: values, const: constant, default: _, examples: _examples, ...rest } = schema as Json;
  const add = (table: Map<string, Set<string>>, name: string, text: unknown) => table.set(name, (table.get(name) ?? new Set()).add(flat(text)));
  if (typeof description === "string") said.texts.add(flat(description));
  // `source: file` names a schema for editors, `ScheduleSpec` and `PaceSettings` are names for programs; pages show neither.
  if (typeof title === "string" && !title.includes(": ") && !/(Spec|Settings)$/.test(title) && !title.startsWith("Towpath ")) said.texts.add(title);
  if (typeof constant === "string" && title === undefined) add(said.choices, constant, description);
  for (const value of Array.isArray(values) ? values : []) if (typeof value === "string") add(said.choices, value, description);
  for (const [name, below] of Object.entries((properties ?? {}) as Json)) {
    add(said.labels, name, (below as Json).description);
    collect(below, said);
  }
  Object.values(($defs ?? {}) as Json).forEach((below) => collect(below, said));
  Object.values(rest).forEach((below) => collect(below, said));
  return said;
}

/** What the pages of connectors say of the settings of a connection: their schema is in no document. */
function collectPage(markdown: string, said: Said): Said {
  const part = /## Settings of a connection\n([^]*?)\n## /.exec(markdown)?.[1] ?? "";
  for (const [, name = "", text] of part.matchAll(/^- \*\*`(\w+)`\*\* \([^)]*\): ([^]*?)(?=\n- |\n {2}- |$(?![^]))/gm)) {
    said.labels.set(name, new Set([flat(text)]));
    said.texts.add(flat(text));
  }
  for (const [, name = "", text] of part.matchAll(/^ {2}- `(\w+)`: (.*)$/gm)) {
    said.choices.set(name, new Set([flat(text)]));
    said.texts.add(flat(text));
  }
  return said;
}

const files = import.meta.glob<Partial<Dictionary>>("../locales/fr/server/*.json", { eager: true, import: "default" });
const french = joined(Object.values(files));
const said = collect(read("pipeline"), { texts: new Set<string>(), labels: new Map(), choices: new Map() });
const pages = "../docs/reference/connectors";
for (const name of readdirSync(pages)) collectPage(readFileSync(`${pages}/${name}`, "utf8"), said);

describe("what schemas say is there in French", () => {
  it("has every text", () => {
    expect(said.texts.size).toBeGreaterThan(600);
    expect([...said.texts].filter((text) => !(text in french.texts))).toEqual([]);
  });

  it.each(["labels", "choices"] as const)("has %s", (table) => {
    expect([...said[table].keys()].filter((name) => !(name in french[table]))).toEqual([]);
  });

  it("keeps code as it is", () => {
    const codes = (text: string) => (text.includes("``") ? [] : (text.match(/`[^`]+`/g) ?? []).sort());
    expect(Object.entries(french.texts).filter(([english, text]) => codes(english).join() !== codes(text).join())).toEqual([]);
  });
});

it("finds words however a text is broken into lines, and tells meanings of a name apart", () => {
  const words = wordsOf({ texts: { "One two.": "Un deux." }, labels: { by: "Par", "by: Order of rows.": "Trier par" }, choices: {} });
  expect(words.text("One\ntwo.")).toBe("Un deux.");
  expect(words.text("Unknown.")).toBe("Unknown.");
  expect([words.label("by"), words.label("by", "Order\nof rows."), words.label("by", "Else."), words.label("on")]).toEqual(["Par", "Trier par", "Par", undefined]);
});
