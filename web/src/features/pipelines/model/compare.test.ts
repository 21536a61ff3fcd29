import { describe, expect, it } from "vitest";
import { around, compare, lines, merge } from "./compare";

describe("comparing documents", () => {
  it("names nodes and settings that differ", () => {
    expect(compare({ name: "a", nodes: { x: { source: "file", path: "a" }, y: { transform: "limit", count: 1 } } }, { name: "b", nodes: { x: { source: "file", path: "b" }, z: { transform: "limit", count: 1 } } })).toEqual({
      nodes: [{ node: "x", change: "changed", settings: ["path"] }, { node: "y", change: "removed", settings: [] }, { node: "z", change: "added", settings: [] }],
      sections: ["name"],
    });
  });
  it("merges what two people changed in different places", () => {
    const base = { nodes: { a: { p: 1, q: 1 }, b: { p: 1 } } };
    expect(merge(base, { nodes: { a: { p: 2, q: 1 }, b: { p: 1 } } }, { nodes: { a: { p: 1, q: 3 } } })).toEqual({ value: { nodes: { a: { p: 2, q: 3 } } }, clashes: [] });
    expect(merge(base, { nodes: { a: { p: 2, q: 1 }, b: { p: 1 } } }, { nodes: { a: { p: 3, q: 1 }, b: { p: 1 } } })).toEqual({ value: { nodes: { a: { p: 2, q: 1 }, b: { p: 1 } } }, clashes: ["nodes › a › p"] });
  });
  it("compares line by line, and leaves out what is far away", () => {
    const all = lines("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n");
    expect(all.map((line) => (line.kind === "same" ? " " : line.kind === "added" ? "+" : "-") + line.text)).toEqual([" a", "-b", "+x", " c", " d", "+e"]);
    expect(around(lines("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\n7"), 1).map((line) => line?.text ?? "…")).toEqual(["…", "5", "6", "7"]);
  });
});
