import { expect, it } from "vitest";
import { fromField, toField } from "./moments";

it("brings points in time into fields and back", () => {
  for (const field of ["2026-03-01T10:00", "2026-07-01T10:00:05", "0202-03-01T10:00"]) expect(toField(fromField(field))).toBe(field);
  expect(fromField("2026-03-01T10:00")).toMatch(/^2026-0[23]-\d\dT\d\d:\d\d:00Z$/);
  expect(toField("2026-03-01T10:00:00+02:00")).toBe(toField("2026-03-01T08:00:00Z"));
});

it("shows nothing for what is none", () => {
  for (const given of ["", "2026-03-01", "2026-03-01T10:00", "${logical_date}", 5, undefined]) expect(toField(given)).toBe(undefined);
  expect([fromField(""), fromField("x")]).toEqual([undefined, undefined]);
});
