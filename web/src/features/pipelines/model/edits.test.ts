import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Schema } from "@/components/form/schema";
import { addNode, connect, disconnect, edited, freeName, moveNodes, pasteNodes, removeNodes, renamed, setNode, setNote, tidy } from "./edits";
import { graphOf, mayConnect, problemsOf, readGraph } from "./graph";
import { change, begin, redo, undo } from "./history";
import { kindKey, kindsOf } from "./kinds";
import type { Json } from "./yaml";

const kinds = kindsOf(JSON.parse(readFileSync("../docs/reference/pipeline.schema.json", "utf8")) as Schema);
const text = `towpath: 1
name: shop
nodes:
  orders: { source: file, path: orders.csv }
  people: { source: file, path: people.csv }
  # large ones by themselves
  sized: { transform: split_by_condition, from: orders, outputs: { large: amount > 9 }, default: rest }
  named: { transform: join, from: [sized.large, people], on: [id] }
  all: { transform: union, from: [named, sized.rest] }
  load: { destination: sqlite, from: all, connection: shop, table: t, mode: mirror, mirror: { of: people } }
tests:
  - { name: t, given: { orders: [] }, expect: { sized.large: [] } }
`;
const value = parse(text) as Json;
const run = (edit: (value: Json) => Json) => (edit(value) as { nodes: Record<string, Json> }).nodes;

describe("the graph of a document", () => {
  const graph = graphOf(value, kinds);
  it("knows ports by kind", () => {
    expect(kinds.get(kindKey("transform", "join"))?.inputs).toEqual({ kind: "named", names: ["left", "right"] });
    expect(kinds.get(kindKey("transform", "sql"))?.inputs).toEqual({ kind: "many" });
    expect(kinds.get(kindKey("destination", "sqlite"))?.inputs).toEqual({ kind: "one" });
    expect(graph.nodes.get("sized")?.outputs).toEqual(["large", "rest"]);
  });
  it("has an edge for each input, the scope of a mirror too", () => {
    expect(graph.edges.map((edge) => `${edge.node}.${edge.output} > ${edge.to}:${edge.port}`)).toEqual(["orders.out > sized:in", "sized.large > named:left", "people.out > named:right", "named.out > all:named", "sized.rest > all:sized.rest", "all.out > load:in", "people.out > load:scope"]);
  });
  it("lets nothing run in a circle", () => {
    expect(mayConnect(graph, "named", "sized")).toBe(false);
    expect(mayConnect(graph, "orders", "people")).toBe(false);
    expect(mayConnect(graph, "orders", "all")).toBe(true);
  });
  it("says where YAML is broken", () => {
    expect(readGraph("a: [", kinds).problems[0]?.line).toBe(1);
  });
  it("finds the problems of a node, from its own root", () => {
    expect(problemsOf([{ path: "/nodes/load/table", message: "x" }, { path: "/nodes/loads", message: "y" }], "load")).toEqual([{ path: "/table", message: "x" }]);
  });
});

describe("edits", () => {
  it("connect named ports by name, and others in a list", () => {
    expect(run(connect(kinds, "orders", "named", "right")).named?.from).toEqual({ left: "sized.large", right: "orders" });
    expect(run(connect(kinds, "orders", "all", undefined)).all?.from).toEqual(["named", "sized.rest", "orders"]);
    expect(run(connect(kinds, "people", "load", "in")).load?.from).toBe("people");
  });
  it("disconnect one port", () => {
    expect(run(disconnect(kinds, "named", "left")).named?.from).toEqual({ right: "people" });
    expect(run(disconnect(kinds, "all", "named")).all?.from).toBe("sized.rest");
    expect(run(disconnect(kinds, "load", "in")).load).not.toHaveProperty("from");
  });
  it("remove a node and heal what read it", () => {
    expect(run(removeNodes(kinds, ["sized"])).named?.from).toEqual(["orders", "people"]);
    expect(run(removeNodes(kinds, ["named"])).all?.from).toBe("sized.rest");
  });
  it("put a node into an edge", () => {
    const nodes = run(addNode("few", { transform: "limit", from: "named", count: 1 }, { behind: "named", into: { to: "all", port: "named" } }));
    expect(nodes.all?.from).toEqual(["few", "sized.rest"]);
    expect(Object.keys(nodes).indexOf("few")).toBe(4);
  });
  it("rename everywhere, and keep remarks", () => {
    const result = renamed(text, value, "sized", "by_size");
    expect(result).toContain("# large ones by themselves\n  by_size: {");
    expect(result).toContain("from: [by_size.large, people]");
    expect(result).toContain("expect: { by_size.large: [] }");
  });
  it("move, note, tidy", () => {
    const moved = edited(text, value, moveNodes({ load: [1.4, 2] }));
    expect(moved.startsWith(text)).toBe(true);
    const noted = edited(moved, parse(moved) as Json, setNote("n", { text: "why", at: [0, 0] }));
    expect(graphOf(parse(noted) as Json, kinds).notes).toEqual([{ id: "n", text: "why", at: [0, 0] }]);
    expect(edited(moved, parse(moved) as Json, tidy())).toBe(text);
  });
  it("paste under free names with the edges among them", () => {
    const { edit, names } = pasteNodes({ named: { transform: "join", from: ["sized.large", "people"] }, all: { transform: "union", from: ["named", "x"] } }, graphOf(value, kinds));
    expect(names).toEqual(["named_2", "all_2"]);
    expect(run(edit).all_2?.from).toEqual(["named_2", "x"]);
  });
  it("leave the text alone when nothing changes", () => {
    expect(edited(text, value, setNode("load", (value.nodes as Record<string, Json>).load as Json))).toBe(text);
    expect(freeName(["a", "a_2"], "a")).toBe("a_3");
  });
});

describe("undo", () => {
  it("takes typing back at once, and brings it again", () => {
    let history = change(change(begin("a"), "ab", "form", 0), "abc", "form", 100);
    history = change(history, "x", "canvas", 200);
    expect(undo(history).text).toBe("abc");
    expect(undo(undo(history)).text).toBe("a");
    expect(redo(undo(history)).text).toBe("x");
  });
});
