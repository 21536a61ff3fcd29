// Lighthouse on the screens that people see most: `make lighthouse` (tools/with-demo.mjs). Fails below 95 points for accessibility, and
// for performance on a desk, of which the middle one of three visits counts, as Lighthouse advises; on a phone, whose processor is made
// four times slower than this one, performance is only told. The packages: tools/lighthouse, installed by tools/prepare.sh.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { program, signIn, url } from "../tests/browser.mjs";
import { screens } from "../tests/screens.mjs";
import { freePort } from "./ports.mjs";

const LEAST = 95;
const SCREENS = ["home", "pipelines", "builder", "runs", "run"];
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const { default: lighthouse, desktopConfig } = await import(pathToFileURL(join(cache, "towpath/lighthouse/node_modules/lighthouse/core/index.js")).href);

/** A browser of its own, which ends with the work: what one has read before, each later measurement would count as well. */
async function inBrowser(cookies, work) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "towpath-lighthouse-"));
  const context = await chromium.launchPersistentContext(folder, { executablePath: program(), args: ["--no-sandbox", "--disable-dev-shm-usage", `--remote-debugging-port=${port}`], serviceWorkers: "allow" });
  try {
    await context.addCookies(cookies);
    return await work(context, port);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One visit of somebody who is signed in. What is kept in the browser stays out of it. */
const visit = (cookies, address, config) =>
  inBrowser(cookies, async (_, port) => (await lighthouse(address, { port, disableStorageReset: true, onlyCategories: ["performance", "accessibility"], logLevel: "error" }, config)).lhr);

const { all, cookies } = await inBrowser([], async (context) => {
  const [page] = context.pages();
  await signIn(page);
  return { all: await screens(page), cookies: await context.cookies() };
});
let low = 0;
for (const name of SCREENS) {
  const screen = all.find((one) => one.name === name);
  if (!screen) continue;
  for (const [device, config] of [["desktop", desktopConfig], ["phone", undefined]]) {
    const visits = [];
    for (let left = device === "desktop" ? 3 : 1; left > 0; left -= 1) visits.push(await visit(cookies, url() + screen.path, config));
    visits.sort((a, b) => a.categories.performance.score - b.categories.performance.score);
    const lhr = visits[Math.floor(visits.length / 2)];
    const { performance, accessibility } = lhr.categories;
    const points = [performance, accessibility].map(({ score }) => Math.round((score ?? 0) * 100));
    const numbers = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"].map((id) => `${id} ${lhr.audits[id]?.displayValue}`);
    console.log(`${name}, ${device}: performance ${points[0]}, accessibility ${points[1]} (${numbers.join(", ")})`);
    if (process.env.TOWPATH_PICTURES) writeFileSync(join(process.env.TOWPATH_PICTURES, `lighthouse-${name}-${device}.json`), JSON.stringify(lhr));
    if ((device === "desktop" && points[0] < LEAST) || points[1] < LEAST) low += 1;
    for (const audit of Object.values(lhr.audits)) if (audit.score === 0 && accessibility.auditRefs.some(({ id }) => id === audit.id)) console.log(`  ${audit.title}`);
  }
}
if (low > 0) {
  console.error(`${low} below ${LEAST} points`);
  process.exitCode = 1;
}
