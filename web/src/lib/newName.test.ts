import { expect, it } from "vitest";
import { newName } from "./newName";

it("keeps a name that is free, and counts on from one that is not", () => {
  const others = ["sales", "sales-2", "sales-4"].map((name) => ({ name }));
  expect(["orders", "sales", "sales-2"].map((name) => newName(others, name))).toEqual(["orders", "sales-3", "sales-2-2"]);
});
