// Keeps the shell of the pages, and the last state of what was looked at, for when there is no network.
// Nothing is served from here while the server can be reached, except files whose names hold a mark of their content.

const SHELL = "towpath-shell";
const STATE = "towpath-state";
const MOST = 200;
const base = new URL("./", self.location.href);
/** What is kept does not depend on how it was asked for, whatever the server says for the sake of others. */
const ANY = { ignoreVary: true };
/** What the page is made of besides `assets/`: asked for, since its names stay as they are. */
const FRAME = /^(boot\.js|icon\.svg|app\.webmanifest)$/;
/** What documents may hold is a part of the program: no pipeline opens without it, however much else was looked at since. */
const PROGRAM = /^api\/v1\/document-schema$/;
/**
 * What may be read offline: lists and things of a workspace, with the versions of pipelines and what runs did; no secrets, no
 * rows, no audit, nothing about accounts.
 */
const KEPT = /^api\/v1\/(session|node-types(\/[^/]+)?|workspaces(\/[^/]+(\/(freshness|(pipelines|runs|schedules|connections|backfills)(\/[^/]+(\/(tasks|attempts|loads|document|versions(\/\d+)?))?)?))?)?)$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  // Whoever signs out takes what was seen along.
  if (event.data === "forget") event.waitUntil(caches.delete(STATE));
  if (event.data === "keep") event.waitUntil(keep().catch(() => undefined));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return;
  const path = url.pathname.slice(base.pathname.length);
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (path.startsWith("assets/")) event.respondWith(asset(request));
  else if (FRAME.test(path) || PROGRAM.test(path)) event.respondWith(fresh(request, SHELL));
  else if (KEPT.test(path)) event.respondWith(fresh(request, STATE));
});

/** The page of the server; without it, the last one. A new version of the pages makes the old files useless. */
async function page(request) {
  const cache = await caches.open(SHELL);
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.headers.get("content-type")?.startsWith("text/html") && !new URL(request.url).pathname.endsWith("/docs/")) {
      const [now, before] = await Promise.all([answer.clone().text(), cache.match(base, ANY).then((kept) => kept?.text())]);
      const script = (text) => /assets\/index-[^"]+/.exec(text ?? "")?.[0];
      if (before && script(before) !== script(now)) await caches.delete(SHELL);
      await (await caches.open(SHELL)).put(base, answer.clone());
    }
    return answer;
  } catch (reason) {
    const kept = await cache.match(base, ANY);
    if (kept) return kept;
    throw reason;
  }
}

async function asset(request) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request, ANY);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

/** What the server says; without it, what it said last. */
async function fresh(request, name) {
  const cache = await caches.open(name);
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      await cache.put(request, answer.clone());
      if (name === STATE) await forgetOldest(cache);
    }
    return answer;
  } catch (reason) {
    const kept = await cache.match(request, ANY);
    if (kept) return kept;
    throw reason;
  }
}

async function forgetOldest(cache) {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map((old) => cache.delete(old)));
}

/** The page and everything that it may be made of, for when somebody goes further without a network. */
async function keep() {
  const answer = await fetch(new URL("parts.json", base));
  if (!answer.ok) return;
  const cache = await caches.open(SHELL);
  // One after the other: whoever works meanwhile comes first. What the browser has is not asked for again.
  for (const path of ["", ...(await answer.json())]) {
    const address = new URL(path, base);
    if (!(await cache.match(address, ANY))) await cache.add(address);
  }
}
