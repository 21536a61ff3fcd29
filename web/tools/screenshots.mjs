// Pictures of every page in both themes and both languages, wide and narrow: `make screenshots`. Environment: tests/browser.mjs.
import { mkdirSync } from "node:fs";
import { everyPage, open, visit, withBrowser } from "../tests/browser.mjs";

const folder = new URL("../../docs/screenshots/", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
await withBrowser(async (browser) => {
  for (const language of ["en", "fr"]) {
    for (const [scheme, phone] of [["light", false], ["dark", false], ["light", true]]) {
      const page = await open(browser, { language, scheme, phone });
      for (const [name, path] of Object.entries(await everyPage(page))) {
        await visit(page, path);
        await page.screenshot({ path: `${folder}${name}-${language}-${phone ? "phone" : scheme}.png` });
      }
      await page.context().close();
    }
  }
});
