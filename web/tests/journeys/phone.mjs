// On the way: a phone shows what runs and what failed, and nothing of a page stands beside the screen.
import { overhang, visit } from "../browser.mjs";
import { check } from "./story.mjs";

export default async function phone(story) {
  const { facts } = story;
  const pages = { home: "", runs: "/runs", schedules: "/schedules", pipelines: "/pipelines", connections: "/connections", files: "/files", data: "/data", settings: "/settings" };
  for (const [name, path] of Object.entries(pages)) {
    await story.step(`on a phone: ${name}`, async (page) => {
      await visit(page, facts.home + path);
      const { over, what } = await overhang(page);
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
      const { over, what } = await overhang(page);
      check(over === 0, `${tab} is ${over} pixels wider than the screen: ${what}`);
    }
  });
  await story.step("on a phone: the menu leads to the builder, which shows steps", async (page) => {
    await page.getByRole("button", { name: "Menu" }).tap();
    await page.getByRole("link", { name: "Pipelines", exact: true }).tap();
    await page.getByRole("main").getByRole("link", { name: "orders" }).first().tap();
    await page.getByText("from checked").waitFor();
    const { over, what } = await overhang(page);
    check(over === 0, `the builder is ${over} pixels wider than the screen: ${what}`);
  });
}
