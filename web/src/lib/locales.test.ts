import { describe, expect, it } from "vitest";

const files = import.meta.glob<Record<string, unknown>>("../locales/*/*.json", { eager: true, import: "default" });

/** Forms of the plural are one key, since languages have different ones. */
const plural = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, "_#");

/** Keys with a path. */
function keys(value: Record<string, unknown>, path = ""): string[] {
  return Object.entries(value).flatMap(([key, below]) => {
    const whole = path + plural(key);
    return below && typeof below === "object" ? keys(below as Record<string, unknown>, `${whole}.`) : [whole];
  });
}

describe("every word is there in every language", () => {
  const names = new Set(Object.keys(files).map((path) => path.split("/").at(-1) ?? ""));
  it.each([...names])("%s", (name) => {
    const [english, french] = ["en", "fr"].map((language) => [...new Set(keys(files[`../locales/${language}/${name}`] ?? {}))].sort());
    expect(french).toEqual(english);
  });
});

const sources = import.meta.glob<string>(["../**/*.tsx", "!../**/*.test.tsx"], { eager: true, query: "?raw", import: "default" });

it("has every word that a page asks for by its own name", () => {
  const known = new Map(Object.entries(files).flatMap(([path, words]) => (path.includes("/en/") ? [[path.split("/").at(-1)?.replace(".json", ""), new Set(keys(words))] as const] : [])));
  const isKnown = (file: string, key: string) => [plural(key), `${key}_#`].some((one) => known.get(file)?.has(one));
  const missing = Object.entries(sources).flatMap(([path, code]) => {
    const own = [...code.matchAll(/useTranslation\((?:"([\w-]+)")?\)/g)].map(([, file]) => file ?? "common");
    // Parts that are given the function may speak of any file.
    const places = own.length > 0 ? own : [...known.keys()].map(String);
    return [...code.matchAll(/\bt\("(?:([\w-]+):)?([^"]+)"/g)].flatMap(([, file, key = ""]) => ((file ? [file] : places).some((one) => isKnown(one, key)) ? [] : [`${path}: ${key}`]));
  });
  expect(missing).toEqual([]);
});
