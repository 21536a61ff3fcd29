import { afterEach, expect, it, vi } from "vitest";
import type { Upload } from "./api";
import { Sendings } from "./sendings";

const made: Sendings[] = [];
afterEach(() => made.splice(0).forEach((one) => one.end()));

const file = (name: string) => new File(["x"], name);
const states = (sendings: Sendings) => sendings.now.map((one) => `${one.file.name} ${one.state}`);
const settled = () => new Promise((done) => setTimeout(done));

function withServer() {
  const asked: { name: string; key: string; done: () => void; fail: (error: unknown) => void; signal: AbortSignal }[] = [];
  const sendings = new Sendings((_, { name }, key, signal) => new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    asked.push({ name, key, done: () => resolve({ id: `up_${name}` } as Upload), fail: reject, signal });
  }));
  made.push(sendings);
  return { asked, sendings };
}

it("sends two files at a time, whatever page is shown", async () => {
  const { asked, sendings } = withServer();
  const heard = vi.fn();
  const leave = sendings.subscribe(heard);
  sendings.add("shop", [file("a"), file("b"), file("c")]);
  expect(states(sendings)).toEqual(["a sending", "b sending", "c waiting"]);
  expect(heard).toHaveBeenCalled();
  leave();
  asked[0]?.done();
  await settled();
  expect(states(sendings)).toEqual(["a done", "b sending", "c sending"]);
});

it("stops, and tries again under the same key", async () => {
  const { asked, sendings } = withServer();
  sendings.add("shop", [file("a"), file("b"), file("c")]);
  const [a, , c] = sendings.now.map((one) => one.key);
  sendings.stop(c ?? "");
  sendings.stop(a ?? "");
  asked[1]?.fail(new Error("no"));
  await settled();
  expect(states(sendings)).toEqual(["a stopped", "b failed", "c stopped"]);
  sendings.again(a ?? "");
  expect([asked[2]?.name, asked[2]?.key]).toEqual(["a", a]);
});

it("asks before the window closes only while something is on its way", async () => {
  const { asked, sendings } = withServer();
  const isAsked = () => {
    const event = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(isAsked()).toBe(false);
  sendings.add("shop", [file("a")]);
  expect(isAsked()).toBe(true);
  asked[0]?.done();
  await settled();
  expect(isAsked()).toBe(false);
});

it("ends with the session", async () => {
  const { asked, sendings } = withServer();
  sendings.add("shop", [file("a")]);
  sendings.end();
  await settled();
  expect([asked[0]?.signal.aborted, sendings.now]).toEqual([true, []]);
});
