// Pictures of every screen in both themes and both languages, and of some on a phone: `make screenshots` (tools/with-demo.mjs).
// Writes docs/screenshots/ anew, with a page that shows them all.
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open, withBrowser } from "../tests/browser.mjs";
import { OUTSIDE, screens, show } from "../tests/screens.mjs";

const folder = new URL("../../docs/screenshots/", import.meta.url).pathname;
/** All of them together may be so large, in bytes. */
const MOST = 8_000_000;
const ON_PHONES = ["home", "runs", "run", "run-failed", "pipelines", "builder", "schedules", "menu-account"];
/** Only what differs from others at a glance is worth a picture. */
const LEFT_OUT = ["missing", "password", "setup", "forgotten"];

const looks = ["en", "fr"].flatMap((language) => [{ language, scheme: "light" }, { language, scheme: "dark" }, { language, scheme: "light", phone: true }]);
const nameOf = (screen, { language, scheme, phone }) => `${screen}-${language}-${phone ? "phone" : scheme}.webp`;

async function picture(page, path) {
  // Playwright writes no WebP, the browser does.
  const session = await page.context().newCDPSession(page);
  const { width, height } = page.viewportSize();
  // What is to be seen, wherever the page was moved to.
  const [x, y] = await page.evaluate(() => [document.documentElement.scrollLeft, document.documentElement.scrollTop]);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 45, clip: { x, y, width, height, scale: width > 600 ? 0.85 : 1 } });
  await session.detach();
  writeFileSync(path, Buffer.from(data, "base64"));
  return statSync(path).size;
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const taken = new Map();
let bytes = 0;
await withBrowser(async (browser) => {
  for (const look of looks) {
    const stranger = await open(browser, { ...look, signedIn: false });
    const page = await open(browser, look);
    for (const [window, list] of [[stranger, OUTSIDE], [page, await screens(page)]]) {
      for (const screen of list) {
        if (LEFT_OUT.includes(screen.name) || (look.phone && !ON_PHONES.includes(screen.name))) continue;
        await show(window, screen);
        bytes += await picture(window, folder + nameOf(screen.name, look));
        taken.set(screen.name, [...(taken.get(screen.name) ?? []), look]);
      }
    }
    await page.context().close();
    await stranger.context().close();
  }
});

const title = ({ language, scheme, phone }) => `${language}, ${phone ? "phone" : scheme}`;
const parts = [...taken].map(([name, all]) => `## ${name}\n\n${all.map((look) => `![${name}, ${title(look)}](${nameOf(name, look)})`).join("\n")}\n`);
writeFileSync(`${folder}README.md`, `# Screens\n\nEvery screen of the demo, light and dark, in English and French. Written by \`make screenshots\`; do not change by hand.\n\n${parts.join("\n")}`);
console.log(`${[...taken.values()].flat().length} pictures, ${(bytes / 1e6).toFixed(1)} MB`);
if (bytes > MOST) {
  console.error(`more than ${MOST / 1e6} MB`);
  process.exitCode = 1;
}
