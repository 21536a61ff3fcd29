import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Schema } from "@/components/form/schema";
import { readGraph } from "../model/graph";
import { kindKey, kindsOf } from "../model/kinds";
import { documentOf, emptyDocument, ofSource, STARTERS } from "./starters";

const kinds = kindsOf(JSON.parse(readFileSync("../docs/reference/pipeline.schema.json", "utf8")) as Schema);

describe("beginnings", () => {
  it.each(STARTERS)("$key is a document with nodes that exist and are all connected", (starter) => {
    const text = documentOf(starter, "my: sales", { FROM: { name: "erp", connector: "mysql" }, TO: { name: "shop", connector: "sqlite" }, FILES: { name: "sftp", connector: "file" } });
    const { graph } = readGraph(text, kinds);
    expect(graph?.value.name).toBe("my: sales");
    expect(text).not.toMatch(/\b(NAME|FROM|TO|FILES)(_KIND)?\b/);
    for (const node of graph?.nodes.values() ?? []) {
      expect(kinds.has(kindKey(node.role, node.kind))).toBe(true);
      if (node.role !== "source") expect(graph?.edges.some((edge) => edge.to === node.name)).toBe(true);
    }
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
