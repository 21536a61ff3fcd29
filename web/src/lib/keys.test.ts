import { expect, it } from "vitest";

const sources = import.meta.glob<string>(["../**/*.ts", "../**/*.tsx", "!../**/*.test.*"], { eager: true, query: "?raw", import: "default" });

/** What a key is asked under, whatever its variables are called: `["members", slug]` and `["members", workspace]` are one. */
function shape(key: string): string {
  return key.replace(/"[^"]*"|[\w.?! ()]+/g, (part) => (part.startsWith('"') ? part : part.trim() === "" ? "" : "_"));
}

// Two places that ask differently under one key would read each other's answers, of another shape.
it("says in one place only what is asked under a key", () => {
  const places = new Map<string, string[]>();
  for (const [path, text] of Object.entries(sources)) {
    for (const [, key] of text.matchAll(/queryKey: (\[[^\]]*\]),\s*queryFn/g)) {
      if (key) places.set(shape(key), [...(places.get(shape(key)) ?? []), path]);
    }
  }
  expect(places.size).toBeGreaterThan(40);
  expect([...places].filter(([, paths]) => paths.length > 1)).toEqual([]);
});
