import { describe, expect, it } from "vitest";
import type { Reject } from "../requests";
import { alike, columnsOf, correct, fill, pasted, sent, valueOf } from "./repair";

const row = (number: number, values: Record<string, string | null> | null, column: string | null = "amount") => ({ number, column, values }) as unknown as Reject;
const none = new Map<number, Record<string, string | null>>();

describe("correcting rows", () => {
  const first = row(1, { id: "7", amount: "12,5o" });
  const second = row(2, { id: "8", amount: "12,5o" });

  it("shows first what did not fit", () => {
    expect(columnsOf([first, second], [])).toEqual(["amount", "id"]);
  });

  it("offers the columns of the source for rows that could not be taken apart", () => {
    expect(columnsOf([row(3, null, null)], ["id", "amount"])).toEqual(["id", "amount"]);
  });

  it("keeps only what is different", () => {
    const changed = correct(none, first, "amount", "12.50");
    expect(valueOf(first, "amount", changed)).toBe("12.50");
    expect(sent([first, second], changed)).toEqual([{ number: 1, values: { amount: "12.50" } }, { number: 2, values: {} }]);
    expect(correct(changed, first, "amount", "12,5o").size).toBe(0);
  });

  it("keeps an empty value of a row that could not be taken apart", () => {
    const unread = row(3, null, null);
    expect(sent([unread], correct(none, unread, "id", null))).toEqual([{ number: 3, values: { id: null } }]);
  });

  it("finds rows with the same mistake", () => {
    const changed = correct(none, first, "amount", "12.50");
    expect(alike([first, second, row(3, { id: "9", amount: "x" })], first, "amount", changed).map((one) => one.number)).toEqual([2]);
    expect(alike([first, second], first, "amount", correct(changed, second, "amount", "1"))).toEqual([]);
  });

  it("takes what is pasted from a spreadsheet, and no more than there is room for", () => {
    expect(pasted("just one value")).toBeNull();
    const cells = pasted("1\t2\n3\t\n5\t6\n");
    expect(cells).toEqual([["1", "2"], ["3", ""], ["5", "6"]]);
    const filled = fill(none, [first, second], ["amount", "id"], { row: 0, column: 0 }, cells ?? []);
    expect(sent([first, second], filled)).toEqual([{ number: 1, values: { amount: "1", id: "2" } }, { number: 2, values: { amount: "3", id: null } }]);
  });
});
