import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Json, patch, renameKey } from "./yaml";

const text = `towpath: 1
name: x # the name
nodes:
  # about a
  a: { source: file, path: x.csv } # trailing

  # about b
  b:
    transform: filter
    from: a   # from a
    where: >-
      a > 1
      and b < 2
    # end of b

  c:
    transform: sql
    from: [a,   b]
    query: |
      select 1

      from a

  # the load
  d:
    destination: sqlite
    from: c
    mirror: &m { within: [id], guard: 100 }
  e:
    destination: sqlite
    from: c
    mirror: *m
params: {}
`;

type Nodes = Record<string, Json>;
function change(how: (value: Json & { nodes: Nodes }) => void): string {
  const value = parse(text) as Json & { nodes: Nodes };
  how(value);
  const result = patch(text, value);
  expect(parse(result)).toEqual(value);
  return result;
}

/** Lines that were taken away and put in. */
function changed(result: string): string[] {
  const [old, now] = [text.split("\n"), result.split("\n")];
  return [...old.filter((line) => !now.includes(line)).map((line) => `-${line}`), ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`)];
}

describe("a change of a document", () => {
  it("touches one setting only", () => {
    expect(changed(change(({ nodes }) => { nodes.b = { ...nodes.b, from: "c" }; }))).toEqual(["-    from: a   # from a", "+    from: c   # from a"]);
    expect(changed(change(({ nodes }) => { nodes.c = { ...nodes.c, from: ["a", "b", "e"] }; }))).toEqual(["-    from: [a,   b]", "+    from: [a, b, e]"]);
    expect(changed(change(({ nodes }) => { nodes.b = { ...nodes.b, where: "a > 2" }; }))).toEqual(["-      a > 1", "-      and b < 2", "+      a > 2"]);
  });
  it("writes several lines of SQL as such", () => {
    const result = change(({ nodes }) => { nodes.c = { ...nodes.c, query: "select 2\nfrom b\n" }; });
    expect(result).toContain("    query: |\n      select 2\n      from b\n\n  # the load");
  });
  it("adds a node and settings where they belong", () => {
    const result = change((value) => {
      const { c, d, e, ...rest } = value.nodes;
      value.nodes = { ...rest, n: { transform: "limit", from: "b", count: 5 }, c: c as Json, d: { ...d, table: "t" }, e: e as Json };
      value.layout = { nodes: { a: [0, 1] } };
    });
    expect(changed(result)).toEqual(["+  n:", "+    transform: limit", "+    from: b", "+    count: 5", "+    table: t", "+layout:", "+  nodes: { a: [0, 1] }"]);
  });
  it("takes a node away with its remark", () => {
    const result = change((value) => { const { b: _, ...rest } = value.nodes; value.nodes = rest; });
    expect(result).not.toContain("# about b");
    expect(result).toContain("# about a");
    expect(result).not.toMatch(/\n\n\n/);
  });
  it("changes settings on one line, and keeps the remark behind", () => {
    expect(changed(change(({ nodes }) => { nodes.a = { ...nodes.a, path: "y.csv" }; }))).toEqual(["-  a: { source: file, path: x.csv } # trailing", "+  a: { source: file, path: y.csv } # trailing"]);
  });
  it("knows that two nodes share settings", () => {
    const result = change(({ nodes }) => { nodes.d = { ...nodes.d, mirror: { within: ["id"], guard: 50 } }; });
    expect(result).toContain("# about a");
    expect(changed(change(({ nodes }) => { nodes.e = { ...nodes.e, mirror: { within: ["id"], guard: 50 } }; }))).toHaveLength(2);
  });
  it("begins with nothing", () => {
    expect(patch("towpath: 1\nnodes: {}\n", { towpath: 1, nodes: { a: { source: "file", path: "a" } } })).toBe("towpath: 1\nnodes:\n  a: { source: file, path: a }\n");
  });
  it("renames in place", () => {
    expect(renameKey(text, "nodes", "b", "wanted")).toContain("  # about b\n  wanted:\n    transform");
  });
});
