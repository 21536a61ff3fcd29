import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Dictionary, joined, wordsOf } from "./serverWords";

type Json = Record<string, unknown>;

const read = (name: string) => JSON.parse(readFileSync(`../docs/reference/${name}.schema.json`, "utf8")) as Json;
const flat = (text: unknown) => (typeof text === "string" ? text.replace(/\s+/g, " ").trim() : "");

/** The schemas that pages make forms of. Rules and preferences have forms of their own, with their own words. */
function documents(): Json[] {
  const notifications = read("notifications").$defs as Json;
  const own = ["rule", "preferences", "watch"];
  return [read("pipeline"), read("connections"), ...Object.entries(notifications).filter(([name]) => !own.includes(name)).map(([, schema]) => schema as Json)];
}

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

const files = import.meta.glob<Partial<Dictionary>>("../locales/fr/server/*.json", { eager: true, import: "default" });
const french = joined(Object.values(files));
const said = documents().reduce((all, one) => collect(one, all), { texts: new Set<string>(), labels: new Map(), choices: new Map() } as Said);

describe("what schemas say is there in French", () => {
  it("has every text, and none that nobody says any more", () => {
    expect([...said.texts].filter((text) => !(text in french.texts))).toEqual([]);
    expect(Object.keys(french.texts).filter((text) => !said.texts.has(text))).toEqual([]);
  });

  it.each(["labels", "choices"] as const)("has %s, and none that nobody needs any more", (table) => {
    const isKnown = (key: string) => {
      const at = key.indexOf(": ");
      return said[table].has(key) || (at > 0 && said[table].get(key.slice(0, at))?.has(key.slice(at + 2)) === true);
    };
    expect([...said[table].keys()].filter((name) => !(name in french[table]))).toEqual([]);
    expect(Object.keys(french[table]).filter((key) => !isKnown(key))).toEqual([]);
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
