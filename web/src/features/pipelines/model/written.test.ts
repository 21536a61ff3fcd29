import { describe, expect, it } from "vitest";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { read } from "./written";
import { patch, type Json } from "./yaml";

const text = `# a head
towpath: 1
name: x

nodes:
  # about a
  a: { source: file, path: x.csv } # trailing
  b:
    transform: filter
    from: a
    where: >-
      a > 1
      and b < 2
    # end of b

  "c d":
    transform: sql
    from: [a,
      b]
    query: |
      select 1

      from a
  # the load
  e:
    destination: sqlite
    from: "c
      d"
    table: t
layout:
  nodes: { a: [1, 2] }
tests: []
`;

/** What the whole text says, read at once. */
function whole(now: string): unknown {
  const document = parseDocument(now, { prettyErrors: false });
  return document.errors.length > 0 ? "broken" : (document.toJS() ?? {});
}

/** Where the nodes of a whole text begin. */
function lines(now: string): number[] {
  const counter = new LineCounter();
  const { contents } = parseDocument(now, { lineCounter: counter });
  const nodes = isMap(contents) ? contents.get("nodes") : undefined;
  return isMap(nodes) ? nodes.items.map(({ key }) => (isScalar(key) && key.range ? counter.linePos(key.range[0]).line : 0)) : [];
}

/** Numbers that are the same in every run. */
function* numbers(seed: number): Generator<number> {
  for (let now = seed; ; ) {
    now = (now * 1103515245 + 12345) % 2147483648;
    yield now;
  }
}

describe("reading a text anew where it changed", () => {
  it("finds what reading all of it finds, whatever is typed", () => {
    const SIGNS = ["a", "1", " ", "\n", ":", "#", "-", "[", "]", "{", "}", '"', "'", "|", ">", "&x ", "*x", "\n    ", "\n  ", "? ", "---\n", "  z: 1\n", ","];
    const random = numbers(7);
    const next = (below: number) => (random.next().value as number) % below;
    for (let round = 0; round < 60; round += 1) {
      let now = text;
      read(now);
      for (let step = 0; step < 12; step += 1) {
        const at = next(now.length + 1);
        now = next(3) === 0 ? now.slice(0, at) + now.slice(at + 1 + next(4)) : now.slice(0, at) + (SIGNS[next(SIGNS.length)] ?? "") + now.slice(at);
        const reading = read(now);
        const expected = whole(now);
        const found = "written" in reading ? reading.written.value : "broken";
        if (typeof expected === "object" && !Array.isArray(expected)) expect(found, now).toEqual(expected);
        else if (expected === "broken") expect(found, now).toBe("broken");
        if ("written" in reading) expect(reading.written.parts.flatMap((part) => (part.node === undefined ? [] : [part.line])), now).toEqual(lines(now));
      }
    }
  });

  it("keeps what did not change as it was", () => {
    const before = read(text);
    const after = read(text.replace("b < 2", "b < 3"));
    if (!("written" in before) || !("written" in after)) throw new Error("the text can be read");
    const [a, b] = [before.written.value.nodes as Json, after.written.value.nodes as Json];
    expect(b.a).toBe(a.a);
    expect(b.b).not.toBe(a.b);
    expect(after.written.value.layout).toBe(before.written.value.layout);
  });

  it("writes a setting of one node among 200 in a moment", () => {
    const nodes = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`n${index}`, { transform: "filter", from: `n${index - 1}`, where: `a > ${index}`, description: "keeps what is wanted, as long as it is there" }]));
    let value: Json = { towpath: 1, name: "long", nodes };
    let now = patch("towpath: 1\nname: long\n", value);
    read(now);
    const took: number[] = [];
    for (let key = 0; key < 30; key += 1) {
      value = { ...value, nodes: { ...nodes, n100: { ...nodes.n100, where: `a > ${"1".repeat(key + 1)}` } } };
      const begun = performance.now();
      now = patch(now, value);
      const reading = read(now);
      took.push(performance.now() - begun);
      expect("written" in reading && reading.written.value).toEqual(value);
    }
    // The whole text takes tens of milliseconds; a busy machine is slower, but not that much.
    expect(took.sort((a, b) => a - b)[15]).toBeLessThan(15);
  });
});
