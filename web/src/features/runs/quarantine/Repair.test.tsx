import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { open } from "@/components/testing/page";
import { free } from "@/lib/free";
import { answer, askedOf, refusal } from "@/lib/testing/server";
import { aReject, aRun, aTask } from "@/lib/testing/things";
import { Repair } from "./Repair";

const rows = [aReject(), aReject({ number: 9, place: "orders.csv:8", values: free({ id: "8", amount: "n/a" }), value: "n/a" })];
const nodes = [{ node: "orders", rows: 2, open: 2, landings: [{ node: "load", target: "erp/orders", lands: "append", mode: "append", replaces: false }] }];
const cell = (name: string) => screen.findByRole<HTMLInputElement>("textbox", { name });

it("sends what was changed of each row, and shows what is refused at its value", async () => {
  const user = userEvent.setup();
  const done = vi.fn();
  const run = aRun({ state: "quarantined", rows_quarantined: 2 });
  const repair = aRun({ id: "rn_repair", cause: "repair", state: "queued" });
  answer({ counts_tasks: { items: [aTask()] }, repair_repairs: ({ body }) => (body.rows[1]?.values?.amount === "8" ? { items: [repair] } : refusal(422, "1 value does not fit", { problems: [{ path: "/rows/1/values/amount", message: "`8,x` is no number" }] })) });
  open({ route: "/inside/w/$workspace/runs/$run", page: () => <Repair run={run} rows={rows} nodes={nodes} onDone={done} onClose={() => undefined} />, at: "/w/shop/runs/rn_1" });

  await user.clear(await cell("amount of orders.csv:3"));
  await user.type(await cell("amount of orders.csv:3"), "12.50");
  await user.clear(await cell("amount of orders.csv:8"));
  await user.type(await cell("amount of orders.csv:8"), "8,x");
  expect(screen.getByText("2 of 2 corrected")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Send 2 rows on" }));

  const refused = (await cell("amount of orders.csv:8")).closest("[role=row], tr") as HTMLElement;
  await waitFor(() => expect(refused.textContent).toContain("8,x is no number"));
  expect((await cell("amount of orders.csv:8")).getAttribute("aria-invalid")).toBe("true");
  expect((await cell("amount of orders.csv:3")).getAttribute("aria-invalid")).toBe("false");
  expect(done).not.toHaveBeenCalled();

  await user.clear(await cell("amount of orders.csv:8"));
  await user.type(await cell("amount of orders.csv:8"), "8");
  await user.click(screen.getByRole("button", { name: "Send 2 rows on" }));
  await waitFor(() => expect(done).toHaveBeenCalledWith([repair], 2));
  expect(askedOf("repair_repairs").map(({ body }) => body.rows)).toEqual([
    [{ number: 1, values: { amount: "12.50" } }, { number: 9, values: { amount: "8,x" } }],
    [{ number: 1, values: { amount: "12.50" } }, { number: 9, values: { amount: "8" } }],
  ]);
});

it("asks for no corrections of rows that cannot go on by themselves", async () => {
  const done = vi.fn();
  const stuck = { node: "joined", rows: 1, open: 1, landings: [], why_not: "`sums` puts rows together", hint: "run the pipeline again" };
  answer({ counts_tasks: { items: [aTask()] }, repair_repairs: () => ({ items: [] }) });
  open({ route: "/inside/w/$workspace/runs/$run", page: () => <Repair run={aRun({ state: "quarantined" })} rows={[...rows, aReject({ number: 12, node: "joined", place: "sums:1" })]} nodes={[...nodes, stuck]} onDone={done} onClose={() => undefined} />, at: "/w/shop/runs/rn_1" });

  expect(await screen.findByText("1 row of joined cannot go on by itself")).toBeTruthy();
  expect(screen.queryByRole("textbox", { name: "amount of sums:1" })).toBeNull();
  await userEvent.type(await cell("amount of orders.csv:3"), "1");
  await userEvent.click(screen.getByRole("button", { name: "Send 2 rows on" }));
  await waitFor(() => expect(done).toHaveBeenCalledWith([], 2));
  expect(askedOf("repair_repairs").flatMap(({ body }) => body.rows.map(({ number }) => number))).toEqual([1, 9]);
});
