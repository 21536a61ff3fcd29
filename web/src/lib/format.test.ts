import { beforeEach, describe, expect, it } from "vitest";
import { formatDuration, formatElapsed } from "./format";
import { setLanguage } from "./i18n";

const said = (...seconds: number[]) => seconds.map((one) => formatDuration(one).replaceAll("\u00a0", " "));

describe("durations", () => {
  beforeEach(() => setLanguage("en"));

  it("have the same signs of units in every language, and numbers as in that of the page", async () => {
    expect(said(0, 0.0004, 0.034, 0.2, 9.97, 12, 60, 200, 3600, 7500)).toEqual(["0 s", "1 ms", "34 ms", "0.2 s", "10 s", "12 s", "1 min", "3 min 20 s", "1 h", "2 h 5 min"]);
    await setLanguage("fr");
    expect(said(0.2, 200)).toEqual(["0,2 s", "3 min 20 s"]);
  });

  it("break no line between a number and its unit", () => {
    expect(formatDuration(200)).toBe("3\u00a0min 20\u00a0s");
    expect(formatElapsed(0.0123)).toBe("12\u00a0ms");
  });
});
