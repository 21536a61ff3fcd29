import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Schema } from "@/components/form/schema";
import { type JsonSchema, problemsOf } from "@/lib/testing/jsonSchema";
import { readGraph } from "../model/graph";
import { kindKey, kindsOf } from "../model/kinds";
import { drawingOf } from "./drawing";
import { documentOf, emptyDocument, ofSource, sampleDocument, STARTERS } from "./starters";

const schema: unknown = JSON.parse(readFileSync("../docs/reference/pipeline.schema.json", "utf8"));
const kinds = kindsOf(schema as Schema);
const chosen = { FROM: { name: "erp", connector: "mysql" }, TO: { name: "shop", connector: "sqlite" }, FILES: { name: "sftp", connector: "file" } };
const wrong = (document: string) => problemsOf(parse(document), schema as JsonSchema, schema as JsonSchema);

describe("beginnings", () => {
  it.each(STARTERS)("$key is a valid document with nodes that exist and are all connected", (starter) => {
    const text = documentOf(starter, "my: sales", chosen);
    const { graph } = readGraph(text, kinds);
    expect(wrong(text)).toEqual([]);
    expect(graph?.value.name).toBe("my: sales");
    expect(text).not.toMatch(/\b(NAME|FROM|TO|FILES)(_KIND)?\b/);
    const used = new Set([...(graph?.nodes.values() ?? [])].flatMap(({ connection }) => connection ?? []));
    expect(used).toEqual(new Set(starter.slots.map((slot) => chosen[slot].name)));
    for (const node of graph?.nodes.values() ?? []) {
      expect(kinds.has(kindKey(node.role, node.kind))).toBe(true);
      if (node.role !== "source") expect(graph?.edges.some((edge) => edge.to === node.name)).toBe(true);
    }
  });

  it("loads sample data into two tables, with sentences in the language of the page", () => {
    const text = sampleDocument("sample-sales-2", "uploads/up_1/sample: sales.csv", "sample-2", (key) => `« ${key} : # »`);
    const { graph } = readGraph(text, kinds);
    expect(wrong(text)).toEqual([]);
    expect(graph?.value.description).toBe("« sample.description : # »");
    expect(graph?.nodes.get("sales")?.value.path).toBe("uploads/up_1/sample: sales.csv");
    expect([...(graph?.nodes.values() ?? [])].filter((node) => node.role === "destination").map(({ connection }) => connection)).toEqual(["sample-2", "sample-2"]);
    for (const node of graph?.nodes.values() ?? []) if (node.role !== "source") expect(graph?.edges.some((edge) => edge.to === node.name)).toBe(true);
    expect(text).not.toMatch(/[A-Z]{4}/);
  });

  it.each(STARTERS)("$key is described in the words of the reader", (starter) => {
    expect(readGraph(documentOf(starter, "x", chosen, "Réunit : deux listes"), kinds).graph?.value.description).toBe("Réunit : deux listes");
  });

  it("are all shown, each once", () => {
    const files = readdirSync("src/features/pipelines/fresh/starters").map((name) => name.replace(".yaml", ""));
    expect(STARTERS.map(({ key }) => key).sort()).toEqual(files.sort());
  });

  it("would be found to be wrong", () => {
    const document = (node: string) => `towpath: 1\nname: x\nnodes:\n  rows: { source: file, path: a.csv }\n  next: ${node}\n`;
    expect(wrong(document("{ transform: unpivot, from: rows, columns: [a], names_to: b, value_to: c }"))).toEqual(["/nodes/next: unknown key names_to"]);
    expect(wrong(document("{ transform: filter, from: rows }"))).toEqual(["/nodes/next: where is missing"]);
    expect(wrong(document("{ transform: fitler, from: rows, where: a }"))).not.toEqual([]);
  });

  it("begins with what was looked at, with all its settings", () => {
    const query = "select *\nfrom orders";
    const { graph } = readGraph(ofSource("orders: all", "postgres", "erp", { query }), kinds);
    expect(graph?.value.name).toBe("orders: all");
    const rows = graph?.nodes.get("rows");
    expect(rows?.value).toEqual({ source: "postgres", connection: "erp", query });
  });
  it("begins with nothing", () => expect(readGraph(emptyDocument("x"), kinds).graph?.nodes.size).toBe(0));
});

describe("the drawing of a document", () => {
  const join = STARTERS.find(({ key }) => key === "join");

  it("has its nodes in columns, each after all that it reads", () => {
    const { nodes, edges, columns, rows } = drawingOf(join?.text ?? "");
    expect([columns, rows, edges.length]).toEqual([5, 2, 5]);
    expect(nodes.map(({ name, x, y }) => [name, x, y])).toEqual([["orders", 0, -0.5], ["customers", 0, 0.5], ["recent", 1, 0], ["named", 2, 0], ["by_country", 3, 0], ["load", 4, 0]]);
  });

  it("is empty for what is no document, and ends where nodes read each other", () => {
    expect(drawingOf("nodes: [").nodes).toEqual([]);
    expect(drawingOf("nodes: { a: { transform: sort, from: b }, b: { transform: sort, from: a } }").nodes).toHaveLength(2);
  });
});
