import { expect, it } from "vitest";
import { changes } from "./diff";

it("says which places changed, came and went", () => {
  const before = { name: "a", revision: 1, settings: { host: "x", tags: ["p"], port: 1 }, gone: { deep: true } };
  const after = { name: "b", revision: 2, settings: { host: "x", tags: ["p", "q"], port: null, made: "new" } };
  expect(changes(before, after)).toEqual([
    { path: "name", before: "a", after: "b" },
    { path: "settings.tags.1", before: undefined, after: "q" },
    { path: "settings.port", before: 1, after: null },
    { path: "settings.made", before: undefined, after: "new" },
    { path: "gone.deep", before: true, after: undefined },
  ]);
});

it("shows everything of what was made or removed, and a list that became something else as one", () => {
  expect(changes(null, { role: "viewer", list: [] })).toEqual([
    { path: "role", before: undefined, after: "viewer" },
    { path: "list", before: undefined, after: [] },
  ]);
  expect(changes({ a: [1] }, { a: { b: 1 } })).toEqual([{ path: "a", before: [1], after: { b: 1 } }]);
  expect(changes({ revision: 1 }, { revision: 2 })).toEqual([]);
});
