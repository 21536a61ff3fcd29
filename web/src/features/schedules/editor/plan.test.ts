import { describe, expect, it } from "vitest";
import { isComplete, KINDS, NEW, planOf, specOfPlan } from "./plan";

describe("a rule in plain words", () => {
  it.each([
    { cron: "0 9,14 * * *" },
    { cron: "30 7 * * mon,wed" },
    { cron: "15 6 1,15,L * *" },
    { every: "15m" },
    { every: "1h30m" },
    { at: "2026-12-24T18:00" },
    { after: ["orders", "customers"] },
    { files: { connection: "drop", path: "in/*.csv", look: "1m" } },
    { cron: "*/30 2 * * *" },
    { cron: "0 0 6 * * fri#2" },
  ])("stays what it was: %j", (spec) => {
    expect(specOfPlan(planOf(spec))).toEqual(spec);
  });

  it("is complete when everything it needs was said", () => {
    expect(KINDS.filter((kind) => isComplete({ ...NEW, kind }))).toEqual(["times", "every", "cron"]);
    expect(isComplete({ ...NEW, times: ["07:00", ""] })).toBe(false);
    expect(isComplete({ ...NEW, kind: "every", every: { count: NaN, unit: "h" } })).toBe(false);
    expect(isComplete(planOf({ at: "2026-12-24T18:00" }))).toBe(true);
    expect(isComplete(planOf({ files: { path: "in/*.csv" } }))).toBe(true);
  });

  it("understands days of the week by number, Sunday as 0 and 7", () => {
    expect(planOf({ cron: "0 8 * * 1-5" }).weekdays).toEqual(["mon", "tue", "wed", "thu", "fri"]);
    expect(planOf({ cron: "0 8 * * 0" }).weekdays).toEqual(["sun"]);
    expect(planOf({ cron: "0 8 * * 6,7" }).weekdays).toEqual(["sat", "sun"]);
  });

  it("leaves to cron what has no plain words", () => {
    for (const cron of ["*/5 * * * *", "0 8 1 * mon", "0 8 15W * *", "0 8 * 3 *", "0 8 * * fri-mon"]) expect(planOf({ cron })).toMatchObject({ kind: "cron", cron });
  });

  it("begins with something that can be kept", () => {
    expect(specOfPlan(planOf({}))).toEqual({ cron: "0 7 * * *" });
    expect(specOfPlan({ ...NEW, on: "month", monthDays: [0, 3] })).toEqual({ cron: "0 7 3,L * *" });
  });
});
