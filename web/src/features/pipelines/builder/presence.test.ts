import { describe, expect, it } from "vitest";
import { marksOf } from "./useTrials";
import { colourOf, initialsOf } from "./presence";

describe("people at a pipeline", () => {
  it("have the first letters of their first and last names", () => {
    expect(["Ann", "Ann Lee", "  jean de la Fontaine ", "Élodie Ünal", "李 小龙", ""].map(initialsOf)).toEqual(["A", "AL", "JF", "ÉÜ", "李小", "?"]);
  });

  it("have the same colour everywhere", () => {
    expect(colourOf("us_1")).toBe(colourOf("us_1"));
    expect(new Set(Array.from({ length: 40 }, (_, index) => colourOf(`us_${index * 7919}`))).size).toBeGreaterThan(4);
  });
});

describe("results of tests at nodes", () => {
  it("fail when one of several tests fails there", () => {
    const end = (node: string, ...differences: string[]) => ({ name: "t", passed: differences.length === 0, differences, nodes: [{ node, differences }] });
    expect([...marksOf([end("a"), end("b", "missing row"), end("b"), end("a")])]).toEqual([["a", "passed"], ["b", "failed"]]);
  });
});
