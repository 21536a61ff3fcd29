import { describe, expect, it } from "vitest";
import { graphOf } from "./document";

describe("the graph of a document", () => {
  it("finds edges however they are written", () => {
    const graph = graphOf(`
nodes:
  orders: { source: file, path: a.csv }
  people: { source: postgres, table: people, description: Who buys. }
  good: { transform: split, from: orders }
  joined: { transform: join, from: { left: good.late, right: people } }
  all: { transform: union, from: [joined, good.early] }
  load: { destination: sqlite, from: all }
`);
    expect(graph.nodes.map(({ name, role, kind }) => [name, role, kind])).toEqual([["orders", "source", "file"], ["people", "source", "postgres"], ["good", "transform", "split"], ["joined", "transform", "join"], ["all", "transform", "union"], ["load", "destination", "sqlite"]]);
    expect(graph.edges).toEqual([
      { from: "orders", to: "good" },
      { from: "good", port: "late", to: "joined", input: "left" },
      { from: "people", to: "joined", input: "right" },
      { from: "joined", to: "all" },
      { from: "good", port: "early", to: "all" },
      { from: "all", to: "load" },
    ]);
  });

  it("knows connections by their names only", () => {
    const nodes = ["shop", "postgresql://ann:secret@db/shop", "${target}", "{ host: db }"].map((given, at) => `n${at}: { source: postgres, connection: ${at === 2 ? `"${given}"` : given} }`);
    expect(graphOf(`nodes: { ${nodes.join(", ")} }`).nodes.map(({ connection }) => connection)).toEqual(["shop", undefined, undefined, undefined]);
  });

  it("draws nothing of what is no document", () => {
    for (const text of ["", "nodes: [", "nodes: 3", "nodes: { a: { transform: filter, from: gone } }"]) expect(graphOf(text).edges).toEqual([]);
  });
});
