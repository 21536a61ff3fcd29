import { describe, expect, it } from "vitest";

const files = import.meta.glob<Record<string, unknown>>("../locales/*/*.json", { eager: true, import: "default" });

/** Keys with a path; forms of the plural are one key, since languages have different ones. */
function keys(value: Record<string, unknown>, path = ""): string[] {
  return Object.entries(value).flatMap(([key, below]) => {
    const whole = path + key.replace(/_(zero|one|two|few|many|other)$/, "_#");
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
