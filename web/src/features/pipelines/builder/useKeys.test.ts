import { expect, it } from "vitest";
import { extended } from "./useKeys";

it("selects one node more with Shift, and one less on the way back", () => {
  const first = extended(["orders"], "open");
  const second = extended(first, "worth");
  expect([first, second]).toEqual([["orders", "open"], ["orders", "open", "worth"]]);
  expect(extended(second, "open")).toEqual(["orders", "open"]);
});
