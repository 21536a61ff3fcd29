import { waitFor } from "@testing-library/react";
import { type QueryKey, MutationObserver } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { queries } from "@/api/query";
import { ahead, changeItems } from "./ahead";

interface Thing {
  id: string;
  on: boolean;
}

const KEY: QueryKey = ["things", "shop"];
const shown = () => queries.getQueryData<{ items: Thing[] }>(KEY)?.items.map(({ on }) => on);
const failed = vi.fn();

/** A deed whose answers the test gives. */
function deed() {
  let answer: (error?: Error) => void = () => undefined;
  const observer = new MutationObserver(queries, {
    mutationFn: () => new Promise<void>((done, fail) => (answer = (error) => (error ? fail(error) : done()))),
    ...ahead<string>({ keys: [KEY], change: (data, id) => changeItems<Thing>(data, (one) => (one.id === id ? { ...one, on: true } : one)), failed }),
  });
  return { start: (id: string) => void observer.mutate(id).catch(() => undefined), answer: (error?: Error) => answer(error) };
}

describe("a change that is shown ahead of the answer", () => {
  const read = vi.fn(() => Promise.resolve({ items: [] as Thing[] }));
  beforeEach(() => {
    failed.mockClear();
    read.mockClear();
    queries.setQueryDefaults(KEY, { queryFn: read });
    queries.setQueryData(KEY, { items: [{ id: "a", on: false }, { id: "b", on: false }] });
  });

  it("is there at once, and asked for again when it is done", async () => {
    const one = deed();
    one.start("a");
    await waitFor(() => expect(shown()).toEqual([true, false]));
    one.answer();
    await waitFor(() => expect(queries.getQueryState(KEY)?.isInvalidated).toBe(true));
    expect(failed).not.toHaveBeenCalled();
  });

  it("is taken back with its reason when it is refused", async () => {
    const one = deed();
    one.start("b");
    await waitFor(() => expect(shown()).toEqual([false, true]));
    const reason = new Error("not yours");
    one.answer(reason);
    await waitFor(() => expect(failed).toHaveBeenCalledWith(reason));
    expect(shown()).toEqual([false, false]);
  });

  it("is not overwritten by what is asked for again while another one is under way", async () => {
    const [first, second] = [deed(), deed()];
    first.start("a");
    second.start("b");
    await waitFor(() => expect(shown()).toEqual([true, true]));
    first.answer();
    await Promise.resolve();
    expect(queries.getQueryState(KEY)?.isInvalidated).toBe(false);
    second.answer();
    await waitFor(() => expect(queries.getQueryState(KEY)?.isInvalidated).toBe(true));
  });
});

describe("items of a list", () => {
  const change = ({ id, on }: Thing) => (id === "gone" ? null : { id, on: !on });
  it("are changed in lists of every shape, and what is no list stays", () => {
    const items = [{ id: "a", on: false }, { id: "gone", on: false }];
    expect(changeItems(items, change)).toEqual([{ id: "a", on: true }]);
    expect(changeItems({ items, next: "x" }, change)).toEqual({ items: [{ id: "a", on: true }], next: "x" });
    expect(changeItems({ pages: [{ items }, { items }], pageParams: [] }, change)).toEqual({ pages: [{ items: [{ id: "a", on: true }] }, { items: [{ id: "a", on: true }] }], pageParams: [] });
    expect([changeItems(undefined, change), changeItems({ value: 1 }, change)]).toEqual([undefined, { value: 1 }]);
  });
});
