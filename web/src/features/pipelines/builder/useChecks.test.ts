import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Schema } from "@/components/form/schema";
import { readGraph } from "../model/graph";
import { kindsOf } from "../model/kinds";
import { meaningOf } from "./useChecks";

const kinds = kindsOf(JSON.parse(readFileSync("../docs/reference/pipeline.schema.json", "utf8")) as Schema);
const graphOf = (text: string) => {
  const { graph } = readGraph(text, kinds);
  if (!graph) throw new Error("no graph");
  return graph;
};
const document = (count: number, more = "") => `towpath: 1
name: a
nodes:
  sales: { source: file, path: sales.csv }
  people: { source: file, path: people.csv }
  named: { transform: lookup, from: { rows: sales, table: people } }
  first: { transform: limit, from: named, count: ${count} }
${more}`;

describe("what the rows of a node mean", () => {
  it("stays the same when something behind it or beside the rows changes", () => {
    const [before, after] = [document(1), document(2, "layout: { sales: [1, 2] }\n")].map(graphOf);
    if (!before || !after) throw new Error("no graphs");
    for (const node of ["sales", "people", "named"]) expect(meaningOf(after, node)).toBe(meaningOf(before, node));
    expect(meaningOf(after, "first")).not.toBe(meaningOf(before, "first"));
    expect(meaningOf(after)).not.toBe(meaningOf(before));
  });

  it("holds all that the rows come from", () => {
    const { nodes } = JSON.parse(meaningOf(graphOf(document(1)), "named")) as { nodes: object };
    expect(Object.keys(nodes)).toEqual(["sales", "people", "named"]);
  });
});
