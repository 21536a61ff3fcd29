// Looks for what keeps people out (axe-core, WCAG 2.2 AA) on every page, light and dark, wide and narrow. Zero is the number.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { everyPage, open, visit, withBrowser, url } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const found = [];
let looked = 0;

async function look(page, name, how) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
  looked += 1;
  for (const violation of violations) {
    for (const node of violation.nodes.slice(0, 5)) found.push(`${name} (${how}): ${violation.id}: ${violation.help}\n    ${node.html.slice(0, 200)}\n    ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`);
  }
}

await withBrowser(async (browser) => {
  for (const [scheme, phone] of [["light", false], ["dark", false], ["light", true]]) {
    const how = `${scheme}${phone ? ", narrow" : ""}`;
    const stranger = await open(browser, { scheme, phone, signedIn: false });
    await stranger.goto(`${url()}/sign-in`);
    await stranger.locator("input[name=email]").waitFor();
    await look(stranger, "sign-in", how);
    const page = await open(browser, { scheme, phone });
    for (const [name, path] of Object.entries(await everyPage(page))) {
      await visit(page, path);
      await look(page, name, how);
    }
    found.push(...page.faults.map((fault) => `console (${how}): ${fault}`));
    await page.context().close();
    await stranger.context().close();
  }
});
console.log(found.join("\n"));
console.log(`${looked} pages looked at, ${found.length} findings`);
process.exit(found.length === 0 ? 0 : 1);
