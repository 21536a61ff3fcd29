// Looks for what keeps people out (axe-core, WCAG 2.2 AA) on every screen, light and dark, wide and narrow; and for what stands beside
// a narrow screen. Zero is the number.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { open, overhang, withBrowser } from "./browser.mjs";
import { OUTSIDE, screens, show } from "./screens.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const found = [];
let looked = 0;

async function look(page, { name, floats = false }, how) {
  await page.evaluate(axe);
  // What floats over a page, such as a menu, stands in no part of it.
  const options = { runOnly: TAGS, resultTypes: ["violations"], rules: { region: { enabled: !floats } } };
  const { violations } = await page.evaluate((how) => globalThis.axe.run(document, how), options);
  looked += 1;
  for (const violation of violations) {
    for (const node of violation.nodes.slice(0, 5)) found.push(`${name} (${how}): ${violation.id}: ${violation.help}\n    ${node.html.slice(0, 200)}\n    ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`);
  }
  const { over, what } = await overhang(page);
  if (over > 0) found.push(`${name} (${how}): ${over} pixels wider than the screen\n    ${what}`);
}

async function all(browser, { scheme, phone }) {
  const how = `${scheme}${phone ? ", narrow" : ""}`;
  const windows = [await open(browser, { scheme, phone, signedIn: false }), await open(browser, { scheme, phone })];
  for (const [page, list] of [[windows[0], OUTSIDE], [windows[1], await screens(windows[1])]]) {
    for (const screen of list) {
      if (phone && screen.wide) continue;
      try {
        await show(page, screen);
        await look(page, screen, how);
      } catch (error) {
        found.push(`${screen.name} (${how}): ${error.message.split("\n").slice(0, 6).join("\n    ")}`);
      }
    }
    found.push(...page.faults.map((fault) => `console (${how}): ${fault}`));
    await page.context().close();
  }
}

await withBrowser((browser) => Promise.all([{ scheme: "light" }, { scheme: "dark" }, { scheme: "light", phone: true }].map((how) => all(browser, how))));
console.log(found.join("\n"));
console.log(`${looked} screens looked at, ${found.length} findings`);
process.exit(found.length === 0 ? 0 : 1);
