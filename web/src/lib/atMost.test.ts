import { expect, it } from "vitest";
import { atMost } from "./atMost";

it("begins so many at a time, goes on after failures, and leaves out what is not wanted any more", async () => {
  const turn = atMost(2);
  const begun: number[] = [];
  const ends: ((failure?: Error) => void)[] = [];
  const unwanted = new AbortController();
  const deed = (number: number, signal?: AbortSignal) =>
    turn(() => new Promise<number>((done, fail) => { begun.push(number); ends[number] = (failure) => (failure ? fail(failure) : done(number)); }), signal).catch((failure: Error) => failure.name);
  const all = [deed(0), deed(1), deed(2, unwanted.signal), deed(3), deed(4)];
  expect(begun).toEqual([0, 1]);
  unwanted.abort();
  ends[0]?.(new Error("no"));
  expect(await all[0]).toBe("Error");
  expect(await all[2]).toBe("AbortError");
  expect(begun).toEqual([0, 1, 3]);
  ends[1]?.();
  await all[1];
  expect(begun).toEqual([0, 1, 3, 4]);
  ends[3]?.();
  ends[4]?.();
  expect(await Promise.all(all.slice(3))).toEqual([3, 4]);
});
