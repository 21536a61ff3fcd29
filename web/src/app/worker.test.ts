import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

// The service worker with a network that can be pulled out, and caches in memory.

interface Asked {
  url: string;
  method: string;
  mode: string;
}

function worker() {
  const handlers = new Map<string, (event: unknown) => void>();
  const kept = new Map<string, Map<string, string>>();
  const cacheOf = (name: string) => {
    const entries = kept.get(name) ?? new Map<string, string>();
    kept.set(name, entries);
    const answer = (text: string | undefined) => text === undefined ? undefined : { text: () => Promise.resolve(text) };
    return {
      match: (request: Asked | URL) => Promise.resolve(answer(entries.get("url" in request ? request.url : request.href))),
      put: async (request: Asked, given: { text: () => Promise<string> }) => { entries.set(request.url, await given.text()); },
      keys: () => Promise.resolve([...entries.keys()].map((url) => ({ url }))),
      delete: ({ url }: { url: string }) => Promise.resolve(entries.delete(url)),
    };
  };
  const network = { isThere: true };
  const fetch = ({ url }: Asked) => {
    if (!network.isThere) return Promise.reject(new TypeError("no network"));
    const answer = { ok: true, headers: new Headers(), text: () => Promise.resolve(`of ${url}`), clone: () => answer };
    return Promise.resolve(answer);
  };
  const self = { location: { href: "http://towpath.test/below/worker.js" }, addEventListener: (name: string, handler: (event: unknown) => void) => handlers.set(name, handler) };
  const caches = { open: (name: string) => Promise.resolve(cacheOf(name)), delete: (name: string) => Promise.resolve(kept.delete(name)) };
  // The worker is a script of its own: what it names is what the browser gives.
  new Function("self", "caches", "fetch", readFileSync("public/worker.js", "utf8"))(self, caches, fetch);
  return {
    network,
    /** What a page gets; nothing when the worker does not look after the request. */
    ask: async (path: string) => {
      let answer: Promise<{ text: () => Promise<string> }> | undefined;
      handlers.get("fetch")?.({ request: { url: `http://towpath.test/below/${path}`, method: "GET", mode: "cors" }, respondWith: (given: typeof answer) => { answer = given; } });
      return answer?.then((given) => given.text(), () => "nothing");
    },
    forget: async () => {
      let work: Promise<unknown> | undefined;
      handlers.get("message")?.({ data: "forget", waitUntil: (given: Promise<unknown>) => { work = given; } });
      await work;
    },
  };
}

const PIPELINE = ["api/v1/session", "api/v1/document-schema", "api/v1/node-types", "api/v1/workspaces/shop/pipelines/orders"];
const RUN = ["api/v1/workspaces/shop/runs/r1", "api/v1/workspaces/shop/runs/r1/tasks", "api/v1/workspaces/shop/runs/r1/loads", "api/v1/workspaces/shop/pipelines/p1/versions/3", "api/v1/workspaces/shop/runs?pipeline=p1&limit=50"];
const HOME = ["api/v1/workspaces/shop/freshness", "api/v1/workspaces/shop/schedules"];

it("keeps what a pipeline, a run and the first page need to open offline", async () => {
  const { ask, network } = worker();
  const paths = [...PIPELINE, ...RUN, ...HOME];
  for (const path of paths) await ask(path);
  network.isThere = false;
  for (const path of paths) expect(await ask(path)).toBe(`of http://towpath.test/below/${path}`);
  expect(await ask("api/v1/workspaces/shop/runs/r2")).toBe("nothing");
});

it("keeps no rows, no audit and nothing about accounts", async () => {
  const { ask } = worker();
  for (const path of ["account", "users", "workspaces/shop/audit", "workspaces/shop/members", "workspaces/shop/keys", "workspaces/shop/runs/r1/outputs", "workspaces/shop/runs/r1/quarantine", "workspaces/shop/connections/erp/streams"]) {
    expect(await ask(`api/v1/${path}`)).toBe(undefined);
  }
});

it("forgets what was seen when somebody signs out, and what documents may hold never for want of room", async () => {
  const { ask, forget, network } = worker();
  for (const path of PIPELINE) await ask(path);
  for (let number = 0; number < 250; number += 1) await ask(`api/v1/workspaces/shop/runs/r${number}`);
  await forget();
  network.isThere = false;
  expect(await Promise.all(PIPELINE.map(ask))).toEqual(["nothing", "of http://towpath.test/below/api/v1/document-schema", "nothing", "nothing"]);
});
