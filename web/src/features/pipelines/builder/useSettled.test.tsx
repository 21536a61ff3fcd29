import { act, renderHook } from "@testing-library/react";
import { type ReactNode, useLayoutEffect } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Builder, BuilderStore, StoreContext } from "./context";
import { useSettled } from "./useSettled";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const builder = (text: string) => ({ text }) as Builder;

/** Tells of a newer text once everything is drawn, as the builder does when its first node comes. */
function hook(store: BuilderStore, next?: string) {
  const Around = ({ children }: { children: ReactNode }) => {
    useLayoutEffect(() => { if (next !== undefined) store.tell(builder(next)); }, []);
    return <StoreContext value={store}>{children}</StoreContext>;
  };
  return renderHook(() => useSettled(700), { wrapper: Around });
}

it("gives a text once nobody has typed for a while", () => {
  const store = new BuilderStore(builder("a"));
  const { result } = hook(store);
  act(() => store.tell(builder("ab")));
  expect(result.current).toMatchObject({ text: "a", isCalm: false });
  act(() => vi.advanceTimersByTime(700));
  expect(result.current).toMatchObject({ text: "ab", isCalm: true });
});

it("hears of a text that came while it was drawn for the first time", () => {
  const { result } = hook(new BuilderStore(builder("nothing")), "one node");
  act(() => vi.advanceTimersByTime(700));
  expect(result.current).toMatchObject({ text: "one node", isCalm: true });
});
