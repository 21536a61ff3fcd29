import { render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { setLanguage } from "@/lib/i18n";
import { addSayings } from "@/lib/sayings";
import type { DryRun as Told } from "../requests";
import { DryRun } from "./DryRun";
import { Tests } from "./Tests";

afterEach(() => setLanguage("en"));

const nothing = () => undefined;

const told: Told = {
  quarantined: 0,
  seconds: 1.5,
  loads: [{
    node: "load", target: "shop/clients", mode: "upsert", rows: 3, notes: [], columns: ["id", "note", "name"], key: ["id"],
    changes: { inserted: 1, updated: 1, deleted: 0, unchanged: 1204 },
    samples: [
      { change: "updated", before: ["7", "same", "Ann"], after: ["7", "same", "Anna"] },
      { change: "inserted", after: ["9", null, "Bob"] },
    ],
  }],
};

describe("what a run would change", () => {
  it("shows the key first, and marks only cells that differ", () => {
    render(<DryRun told={told} error={null} isPending={false} isOld={false} may onStart={nothing} onStop={nothing} />);
    const table = screen.getByRole("table");
    expect(within(table).getAllByRole("columnheader").map((cell) => cell.textContent)).toEqual(["Change", "id (key)", "name", "note"]);
    expect([table.querySelector("del")?.textContent, table.querySelector("ins")?.textContent]).toEqual(["Ann", "Anna"]);
    expect(table.querySelectorAll("del")).toHaveLength(1);
    expect(screen.getByText("1,204 as before")).toBeDefined();
  });

  it("says that a run would fail, and that the document has changed since", () => {
    const fault = { code: "contract", message: "the guard of the mirror refuses it" };
    render(<DryRun told={{ ...told, fault }} error={null} isPending={false} isOld may onStart={nothing} onStop={nothing} />);
    expect(screen.getByText(/the guard of the mirror refuses it/)).toBeDefined();
    expect(screen.getByText("The document has changed since.")).toBeDefined();
  });
});

it("says in French what the server says of dry runs and tests", async () => {
  await setLanguage("fr");
  addSayings("fr", { "the guard refuses it": "la garde le refuse", "raise `guard`": "augmentez `guard`", "the table is new": "la table est nouvelle", "row {} is missing": "la ligne {} manque", "no such node": "nœud inconnu" });
  const loads = told.loads.map((load) => ({ ...load, notes: ["the table is new"] }));
  const shared = { error: null, isPending: false, isOld: false, may: true, onStart: nothing };
  render(<DryRun {...shared} told={{ ...told, loads, fault: { code: "contract", message: "the guard refuses it", hint: "raise `guard`" } }} onStop={nothing} />);
  expect(screen.getAllByRole("alert").map((alert) => alert.textContent).join()).toMatch(/la garde le refuse \(augmentez guard\)/);
  expect(screen.getByText("la table est nouvelle")).toBeTruthy();
  const ends = [
    { name: "one", passed: false, differences: [], nodes: [{ node: "load", differences: ["row 3 is missing"] }] },
    { name: "two", passed: false, differences: ["no such node"], nodes: [] },
  ] as never;
  render(<Tests {...shared} count={2} ends={ends} onNode={nothing} />);
  expect(screen.getByText("la ligne 3 manque")).toBeTruthy();
  expect(screen.getByText("nœud inconnu")).toBeTruthy();
});
