// Lighthouse on the screens that people see most: `make lighthouse` (tools/with-demo.mjs). Fails below 95 points for accessibility, and
// for performance on a desk, of which the middle one of three visits counts, as Lighthouse advises; on a phone, whose processor is made
// four times slower than this one, performance is only told. The packages: tools/lighthouse, installed by tools/prepare.sh.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { program, signIn, url } from "../tests/browser.mjs";
import { screens } from "../tests/screens.mjs";

const LEAST = 95;
const SCREENS = ["home", "pipelines", "builder", "runs", "run"];
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const { default: lighthouse, desktopConfig } = await import(pathToFileURL(join(cache, "towpath/lighthouse/node_modules/lighthouse/core/index.js")).href);

const listener = createServer().listen(0, "127.0.0.1");
await once(listener, "listening");
const { port } = listener.address();
listener.close();
const folder = mkdtempSync(join(tmpdir(), "towpath-lighthouse-"));
const context = await chromium.launchPersistentContext(folder, { executablePath: program(), args: ["--no-sandbox", "--disable-dev-shm-usage", `--remote-debugging-port=${port}`], serviceWorkers: "allow" });
let low = 0;
try {
  const [page] = context.pages();
  await signIn(page);
  const all = await screens(page);
  await page.goto("about:blank");
  for (const name of SCREENS) {
    const screen = all.find((one) => one.name === name);
    if (!screen) continue;
    for (const [device, config] of [["desktop", desktopConfig], ["phone", undefined]]) {
      // As somebody comes who was here before: signed in. What is kept in the browser stays out of it.
      const flags = { port, disableStorageReset: true, onlyCategories: ["performance", "accessibility"], logLevel: "error" };
      const visits = [];
      for (let left = device === "desktop" ? 3 : 1; left > 0; left -= 1) visits.push((await lighthouse(url() + screen.path, flags, config)).lhr);
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
} finally {
  await context.close();
  rmSync(folder, { recursive: true, force: true });
}
if (low > 0) {
  console.error(`${low} below ${LEAST} points`);
  process.exitCode = 1;
}
