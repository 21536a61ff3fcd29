import { describe, expect, it } from "vitest";
import { daysOf } from "./data";

describe("the days that a run answers for", () => {
  const days = (start: string, end: string, zone: string) => daysOf({ interval_start: start, interval_end: end, zone });

  it("are whole days of the zone, also where clocks change", () => {
    expect(days("2026-11-27T23:00:00Z", "2026-11-28T23:00:00Z", "Europe/Brussels")).toEqual({ from: "2026-11-28", to: "2026-11-29" });
    expect(days("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "Europe/Brussels")).toEqual({ from: "2026-03-29", to: "2026-03-30" });
  });

  it("are none when it answers for hours, or for nothing", () => {
    expect(days("2026-11-28T06:00:00Z", "2026-11-28T12:00:00Z", "Europe/Brussels")).toBeNull();
    expect(daysOf({ zone: "UTC" })).toBeNull();
  });
});
