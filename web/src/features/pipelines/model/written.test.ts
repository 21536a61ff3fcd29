import { readFileSync } from "node:fs";
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
    for (let round = 0; round < 30; round += 1) {
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
  }, 60_000);

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
    const time = (deed: () => void) => { const begun = performance.now(); deed(); return performance.now() - begun; };
    const middle = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    const whole: number[] = [];
    const keys: number[] = [];
    for (let key = 0; key < 15; key += 1) {
      value = { ...value, nodes: { ...nodes, n100: { ...nodes.n100, where: `a > ${"1".repeat(key + 1)}` } } };
      keys.push(time(() => { now = patch(now, value); }));
      const reading = read(now);
      expect("written" in reading && reading.written.value).toEqual(value);
      whole.push(time(() => { parseDocument(now).toJS(); }));
    }
    // Before, a key read the whole text several times over.
    expect(middle(keys)).toBeLessThan(middle(whole) / 3);
  }, 60_000);

  it("puts a section in without reading the others, and knows where all stand afterwards", () => {
    const begun = "towpath: 1\nname: x\nnodes:\n  a: { source: file, path: x.csv }\n\ntests: []\n";
    const reading = read(begun);
    if (!("written" in reading)) throw new Error("the text can be read");
    const { tests, ...rest } = reading.written.value;
    const next = patch(begun, { ...rest, layout: { nodes: { a: [1, 2] } }, tests });
    expect(next).toBe("towpath: 1\nname: x\nnodes:\n  a: { source: file, path: x.csv }\n\nlayout:\n  nodes: { a: [1, 2] }\ntests: []\n");
    const quick = read(next);
    read("a: 1\n");
    expect(quick).toEqual(read(next));
  });
});

describe("a text that cannot be read", () => {
  it.each([
    ["a: 1\na: 2\n", "DUPLICATE_KEY", 2],
    ["a: { b: 1\n", "BAD_INDENT", 2],
    ["a: b: c\n", "BLOCK_AS_IMPLICIT_KEY", 1],
    ["a:\n\t- b\n", "TAB_AS_INDENT", 2],
  ])("%j says of which kind that is, for which there are words in every language", (text, code, line) => {
    const reading = read(text);
    expect("problems" in reading && reading.problems[0]).toMatchObject({ code, line });
    for (const language of ["en", "fr"]) expect(JSON.parse(readFileSync(`src/locales/${language}/pipelines.json`, "utf8"))).toHaveProperty(["yaml_fault", code]);
  });
});
