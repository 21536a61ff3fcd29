// On the way: a phone shows what runs and what failed, and nothing of a page stands beside the screen.
import { visit } from "../browser.mjs";
import { check } from "./story.mjs";

/** How far the page reaches beyond the right edge of the screen, in pixels, and what reaches furthest. */
function beyond(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const over = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - width;
    if (over <= 0) return { over: 0, what: "" };
    const widest = [...document.querySelectorAll("main *")].sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0];
    return { over, what: widest?.outerHTML.slice(0, 160) ?? "" };
  });
}

export default async function phone(story) {
  const { facts } = story;
  const pages = { home: "", runs: "/runs", schedules: "/schedules", pipelines: "/pipelines", connections: "/connections", files: "/files", data: "/data", settings: "/settings" };
  for (const [name, path] of Object.entries(pages)) {
    await story.step(`on a phone: ${name}`, async (page) => {
      await visit(page, facts.home + path);
      const { over, what } = await beyond(page);
      check(over === 0, `the page is ${over} pixels wider than the screen: ${what}`);
    });
  }
  await story.step("on a phone: from the list to the run that failed, and its parts", async (page) => {
    await visit(page, `${facts.home}/runs?state=failed`);
    await page.getByRole("main").getByRole("link", { name: "orders" }).first().tap();
    await page.getByRole("main").getByRole("alert").getByText(/password/).first().waitFor();
    for (const tab of ["Timeline", "Counts", "Log", "Quarantine", "Loads", "Overview"]) {
      await page.getByRole("tab", { name: new RegExp(`^${tab}`) }).tap();
      await page.getByRole("tab", { name: new RegExp(`^${tab}`), selected: true }).waitFor();
      const { over, what } = await beyond(page);
      check(over === 0, `${tab} is ${over} pixels wider than the screen: ${what}`);
    }
  });
  await story.step("on a phone: the menu leads to the builder, which shows steps", async (page) => {
    await page.getByRole("button", { name: "Menu" }).tap();
    await page.getByRole("link", { name: "Pipelines", exact: true }).tap();
    await page.getByRole("main").getByRole("link", { name: "orders" }).first().tap();
    await page.getByText("from checked").waitFor();
    const { over, what } = await beyond(page);
    check(over === 0, `the builder is ${over} pixels wider than the screen: ${what}`);
  });
}
