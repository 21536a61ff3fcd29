import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { setLanguage } from "@/lib/i18n";
import { addSayings } from "@/lib/sayings";
import { withHeights } from "@/lib/testing/heights";
import type { Reject } from "../requests";
import { type Corrections, sent } from "./repair";
import { RepairGrid } from "./RepairGrid";

const row = (number: number, values: Record<string, string>) => ({ number, place: `orders.csv:${number}`, node: "orders", column: "amount", reason: "no number", original: "", values }) as unknown as Reject;
const rows = [row(3, { id: "7", amount: "12,5o" }), row(4, { id: "8", amount: "12,5o" })];
afterEach(() => setLanguage("en"));

const seen: Corrections[] = [];
const last = (): Corrections => seen.at(-1) ?? new Map();

function Grid() {
  const [corrections, setCorrections] = useState<Corrections>(new Map());
  const change = (next: Corrections) => {
    seen.push(next);
    setCorrections(next);
  };
  return <RepairGrid label="rows" rows={rows} columns={["amount", "id"]} corrections={corrections} onChange={change} refused={new Map([["4.id", "the row has no such column"]])} />;
}

it("is filled by keys, from the clipboard, and for the same mistake at once", async () => {
  const user = userEvent.setup();
  render(<Grid />);
  const [first, , second] = screen.getAllByRole<HTMLInputElement>("textbox");
  if (!first || !second) throw new Error("no cells");
  expect([first.value, first.getAttribute("aria-invalid"), second.value]).toEqual(["12,5o", "true", "12,5o"]);
  await user.clear(first);
  await user.type(first, "12.50{ArrowDown}");
  expect(document.activeElement).toBe(second);
  await user.click(screen.getByRole("button"));
  expect(sent(rows, last())).toEqual([{ number: 3, values: { amount: "12.50" } }, { number: 4, values: { amount: "12.50" } }]);
  expect(first.getAttribute("aria-invalid")).toBe("false");
  fireEvent.paste(first, { clipboardData: { getData: () => "1\t71\n2\t\n" } });
  expect(sent(rows, last())).toEqual([{ number: 3, values: { amount: "1", id: "71" } }, { number: 4, values: { amount: "2", id: null } }]);
  expect(screen.getByText("the row has no such column")).toBeTruthy();
});

it("says in French why a value is refused", async () => {
  await setLanguage("fr");
  addSayings("fr", { "the row has no such column": "la ligne n'a pas cette colonne" });
  render(<Grid />);
  expect(screen.getByText(/la ligne n.a pas cette colonne/)).toBeTruthy();
});

describe("a thousand rows", () => {
  withHeights((element) => (element.getAttribute("role") === "region" ? 600 : 60));
  const many = Array.from({ length: 1000 }, (_, index) => row(index + 1, { id: String(index), amount: "x" }));
  function Long() {
    const [corrections, setCorrections] = useState<Corrections>(new Map());
    return <RepairGrid label="rows" rows={many} columns={["amount", "id"]} corrections={corrections} onChange={setCorrections} refused={new Map()} />;
  }

  it("are drawn as far as they are in view; keys, focus and what was typed go on beyond", async () => {
    const user = userEvent.setup();
    render(<Long />);
    const region = screen.getByRole("region");
    const cell = (number: number) => screen.queryByRole<HTMLInputElement>("textbox", { name: `amount of orders.csv:${number}` });
    expect(screen.getAllByRole("row").length).toBeLessThan(60);
    expect(cell(1000)).toBeNull();
    const first = cell(1);
    if (!first) throw new Error("no first row");
    await user.clear(first);
    await user.type(first, "12");
    await user.keyboard("{PageDown}".repeat(5));
    expect(document.activeElement).toBe(cell(51));
    // Somebody scrolls: the row with the focus stays, the first one goes.
    region.scrollTop = 40_000;
    fireEvent.scroll(region);
    await waitFor(() => expect(cell(650)).toBeTruthy());
    expect(document.activeElement).toBe(cell(51));
    expect(cell(1)).toBeNull();
    region.scrollTop = 0;
    fireEvent.scroll(region);
    await waitFor(() => expect(cell(1)?.value).toBe("12"));
  });
});
