import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it } from "vitest";
import { setLanguage } from "@/lib/i18n";
import { NumberField } from "./NumberField";

afterEach(() => setLanguage("en"));

const seen: unknown[] = [];
function Host({ first, ...limits }: { first?: unknown; whole?: boolean; min?: number; max?: number }) {
  const [value, setValue] = useState(first);
  return (
    <>
      <NumberField label="Share" value={value} onChange={(next) => { seen.push(next); setValue(next); }} helperText="of all" {...limits} />
      <button type="button" onClick={() => setValue(7)}>Seven</button>
    </>
  );
}
const field = () => screen.getByLabelText<HTMLInputElement>("Share");

it("keeps what is typed, key by key", async () => {
  const user = userEvent.setup();
  render(<Host />);
  for (const [typed, value] of [["0.05", 0.05], ["1.05", 1.05], ["-0.5", -0.5], ["1e-3", 0.001], ["10.00", 10]] as const) {
    await user.clear(field());
    expect(seen.at(-1)).toBe(undefined);
    await user.type(field(), typed);
    expect([field().value, seen.at(-1)]).toEqual([typed, value]);
  }
});

it("takes a decimal comma in French", async () => {
  await setLanguage("fr");
  render(<Host />);
  await userEvent.type(field(), "0,05");
  expect([field().value, seen.at(-1)]).toEqual(["0,05", 0.05]);
});

it("shows what is no number, and says so, until it is one", async () => {
  render(<Host first={3} />);
  await userEvent.clear(field());
  await userEvent.type(field(), "-");
  expect([field().value, field().getAttribute("aria-invalid"), seen.at(-1)]).toEqual(["-", "true", "-"]);
  expect(screen.getByText(/is not a number/)).toBeTruthy();
  await userEvent.type(field(), "1");
  expect([field().value, field().getAttribute("aria-invalid"), seen.at(-1)]).toEqual(["-1", "false", -1]);
  expect(screen.getByText("of all")).toBeTruthy();
});

it("can be emptied and typed anew where a count belongs", async () => {
  render(<Host first={1} whole min={1} max={64} />);
  await userEvent.clear(field());
  await userEvent.type(field(), "5");
  expect([field().value, seen.at(-1)]).toEqual(["5", 5]);
  await userEvent.type(field(), "00");
  expect([field().value, seen.at(-1)]).toEqual(["500", "500"]);
  expect(screen.getByText(/from 1 to 64/)).toBeTruthy();
});

it("shows a value that comes from elsewhere", async () => {
  render(<Host />);
  await userEvent.type(field(), "0.0");
  await userEvent.click(screen.getByText("Seven"));
  expect(field().value).toBe("7");
});
