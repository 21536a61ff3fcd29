import { expect, it } from "vitest";
import { spaced, typeset } from "./typeset";

it("sets the spaces of French where no line may end, but not in code", () => {
  expect(spaced("Quoi ? « Rien » : `a ? b : c` ; fin !")).toBe("Quoi\u202f? «\u00a0Rien\u00a0»\u00a0: `a ? b : c`\u202f; fin\u202f!");
  expect(typeset({ a: { b: "Non !" } }, "fr")).toEqual({ a: { b: "Non\u202f!" } });
  expect(typeset({ a: "No !" }, "en")).toEqual({ a: "No !" });
});
