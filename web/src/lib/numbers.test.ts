import { afterEach, expect, it } from "vitest";
import { setLanguage } from "./i18n";
import { readNumber } from "./numbers";

afterEach(() => setLanguage("en"));

it("reads numbers as people write them, and nothing else", () => {
  const read = ["0.05", "1.", ".5", "-3", "+2", "1e3", "2.5E-3", " 7 ", "", "  "].map((text) => readNumber(text));
  expect(read).toEqual([0.05, 1, 0.5, -3, 2, 1000, 0.0025, 7, undefined, undefined]);
  for (const text of ["-", ".", "1e", "abc", "0x10", "Infinity", "1e999", "1.2.3", "12 000"]) expect(readNumber(text)).toBe(text);
});

it("takes a comma for a decimal one in French, and for none in English", async () => {
  expect(readNumber("1,000")).toBe("1,000");
  await setLanguage("fr");
  expect([readNumber("0,05"), readNumber("-1,5e2"), readNumber("0.05")]).toEqual([0.05, -150, 0.05]);
  expect(readNumber("1,2,3")).toBe("1,2,3");
});

it("keeps as text a whole number that would become another one", () => {
  expect(readNumber("9007199254740991")).toBe(9007199254740991);
  for (const text of ["9007199254740993", "-12345678901234567890"]) expect(readNumber(text)).toBe(text);
});

it("keeps as text what is outside of what is taken", () => {
  expect(["1.5", "0", "64", "65", ""].map((text) => readNumber(text, { whole: true, min: 1, max: 64 }))).toEqual(["1.5", "0", 64, "65", undefined]);
});
