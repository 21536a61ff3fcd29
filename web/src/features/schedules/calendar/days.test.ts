import { describe, expect, it } from "vitest";
import { addDays, addMonths, daysOf, isDay } from "./days";

describe("days of the calendar", () => {
  it("shows weeks from Monday on", () => {
    expect(daysOf("week", "2026-11-29")).toEqual(["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"]);
    expect(daysOf("week", "2026-11-30")[0]).toBe("2026-11-30");
  });

  it("shows whole weeks of a month", () => {
    const days = daysOf("month", "2026-11-15");
    expect([days[0], days.at(-1), days.length]).toEqual(["2026-10-26", "2026-12-06", 42]);
    expect(daysOf("month", "2027-02-10")).toHaveLength(28);
  });

  it("goes over changes of the clock and ends of months", () => {
    expect(addDays("2026-03-28", 2)).toBe("2026-03-30");
    expect(addDays("2026-10-24", 2)).toBe("2026-10-26");
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
    expect(addMonths("2026-01-31", -1)).toBe("2025-12-31");
  });

  it("knows days from other words", () => {
    expect([isDay("2026-02-28"), isDay("2026-02-30"), isDay("soon"), isDay(undefined)]).toEqual([true, false, false, false]);
  });
});
