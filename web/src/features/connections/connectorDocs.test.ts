import { readdirSync } from "node:fs";
import { expect, it } from "vitest";

it("has a short page of every connector in French", () => {
  expect(readdirSync("src/locales/fr/connectors").sort()).toEqual(readdirSync("../docs/reference/connectors").sort());
});
