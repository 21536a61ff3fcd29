import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import { toField } from "@/lib/moments";
import { paramsIn } from "@/lib/params";
import { ParamFields } from "./ParamFields";

let value: Record<string, unknown> = {};
function Host({ declared, first = {} }: { declared: unknown; first?: Record<string, unknown> }) {
  const [now, setNow] = useState(first);
  return <ParamFields params={paramsIn(declared)} values={now} onChange={(next) => { value = next; setNow(next); }} />;
}

it("gives points in time an offset, and shows them back", () => {
  render(<Host declared={{ since: { type: "timestamp" } }} />);
  const field = screen.getByLabelText<HTMLInputElement>(/since/);
  fireEvent.change(field, { target: { value: "2026-03-01T10:30" } });
  expect(value.since).toMatch(/^2026-\d\d-\d\dT\d\d:\d\d:00Z$/);
  expect([toField(value.since), field.value]).toEqual(["2026-03-01T10:30", "2026-03-01T10:30"]);
  fireEvent.change(field, { target: { value: "" } });
  expect(value).toEqual({});
});

it("shows what was given with another offset, and what is no point in time as text", () => {
  render(<Host declared={{ since: { type: "timestamp" }, until: { type: "timestamp" } }} first={{ since: "2026-03-01T10:30:00+02:00", until: "tomorrow" }} />);
  expect(screen.getByLabelText<HTMLInputElement>(/since/).value).toBe(toField("2026-03-01T08:30:00Z"));
  expect(screen.getByLabelText<HTMLInputElement>(/until/).value).toBe("tomorrow");
});

it("takes decimals as they are typed", async () => {
  render(<Host declared={{ rate: { type: "number", default: 0.5 } }} />);
  await userEvent.type(screen.getByLabelText(/rate/), "1.05");
  expect(value).toEqual({ rate: 1.05 });
});

it("says what stands for an empty field", () => {
  render(<Host declared={{ day: { type: "date", default: "2026-01-31", description: "First day." }, all: { type: "boolean", default: true } }} />);
  expect(screen.getByText("First day. · Default: 2026-01-31")).toBeTruthy();
  expect(screen.getByText("Default: Yes")).toBeTruthy();
});
