import { existsSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";

it("has the page of every connector in French", () => {
  const names = readdirSync("../docs/reference/connectors").map((file) => file.replace(".md", ""));
  expect(names.filter((name) => !existsSync(`../crates/connectors/src/${name}/README.fr.md`))).toEqual([]);
});
