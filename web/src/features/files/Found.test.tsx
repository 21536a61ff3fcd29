import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Inspected } from "./api";
import { withoutFile } from "./api";
import { Found } from "./Found";

const found: Inspected = {
  rows: 1200,
  is_whole: true,
  bytes: 40_000,
  facts: [{ what: "delimiter", found: ";", evidence: "every line has 3 of them", setting: "delimiter", value: ";" }],
  columns: [{ name: "day", type: "date", evidence: "all values are days", empty: 12, examples: ["31/12/2025"] }],
  notes: [],
  alerts: [],
  rejected: 20,
  rejects: [{ place: "sales.csv:19", column: "day", value: "someday", reason: "is no day" }],
  node: { source: "file", path: "uploads/x/sales.csv", delimiter: ";" } as never,
};

it("shows what was found with what speaks for it, and what does not fit", () => {
  render(<Found found={found} />);
  for (const text of ["Delimiter", "every line has 3 of them", "all values are days", "12 (1%)", "sales.csv:19", "someday"]) expect(screen.getByText(text)).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toContain("20 rows do not fit");
});

it("names files only where there are several", () => {
  const [fact] = found.facts;
  if (!fact) throw new Error("no fact");
  const one = { ...found, facts: [{ ...fact, file: "uploads/up_1/sales.csv" }] };
  const { rerender } = render(<Found found={one} />);
  expect(screen.queryByText(/sales\.csv\)/)).toBeNull();
  rerender(<Found found={{ ...one, facts: [...one.facts, { ...fact, file: "uploads/up_1/other.csv" }] }} />);
  expect(screen.getByText("Delimiter (other.csv)")).toBeTruthy();
});

it("hands on everything but the file itself", () => {
  expect(withoutFile(found.node)).toEqual({ delimiter: ";" });
});
