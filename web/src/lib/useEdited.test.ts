import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useChanged } from "./useChanged";
import { useEdited } from "./useEdited";

it("follows what is given until something is typed, and again after it was saved", () => {
  const { result, rerender } = renderHook(({ given }) => useEdited(given, given.name), { initialProps: { given: { name: "a" } } });
  rerender({ given: { name: "b" } });
  expect([result.current.value, result.current.isChanged]).toEqual([{ name: "b" }, false]);
  act(() => result.current.set({ name: " mine " }));
  rerender({ given: { name: "theirs" } });
  expect([result.current.value, result.current.isChanged, result.current.tag]).toEqual([{ name: " mine " }, true, "b"]);
  act(() => result.current.saved());
  expect([result.current.value, result.current.isChanged]).toEqual([{ name: " mine " }, false]);
  rerender({ given: { name: "mine" } });
  expect([result.current.value, result.current.isChanged]).toEqual([{ name: "mine" }, false]);
});

it("is not changed by what is typed and taken back", () => {
  const { result } = renderHook(() => useEdited({ name: "a" }));
  act(() => result.current.set({ name: "ab" }));
  act(() => result.current.set({ name: "a" }));
  expect(result.current.isChanged).toBe(false);
});

it("compares with what a form began with", () => {
  const { result, rerender } = renderHook(({ now }) => useChanged(now), { initialProps: { now: ["", 1] } });
  expect(result.current).toBe(false);
  rerender({ now: ["x", 1] });
  expect(result.current).toBe(true);
  rerender({ now: ["", 1] });
  expect(result.current).toBe(false);
});
