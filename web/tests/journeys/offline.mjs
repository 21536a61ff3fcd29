// Without a network the pages still open, with what was seen last and a word that it may be old.
import { visit } from "../browser.mjs";
import { check } from "./story.mjs";

export default async function offline(story) {
  const { facts } = story;
  await story.step("a browser may install it", async (page) => {
    await visit(page, `${facts.home}/runs`);
    const session = await page.context().newCDPSession(page);
    const { errors, url } = await session.send("Page.getAppManifest");
    check(url && errors.length === 0, `the manifest: ${JSON.stringify(errors)}`);
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // Windows that leave no traces install nothing, which is not about the pages.
    const found = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
    check(found.length === 0, `it cannot be installed: ${JSON.stringify(found)}`);
  });
  await story.step("what is looked at is kept", async (page) => {
    await page.evaluate(async () => { await navigator.serviceWorker.ready; });
    for (const path of ["/runs", "/pipelines", ""]) await visit(page, facts.home + path);
    check(await page.evaluate(() => navigator.serviceWorker.controller !== null), "the pages are not kept");
  });
  await story.step("without a network, the last state is shown, and that it is old", async (page) => {
    await page.context().setOffline(true);
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByRole("status").getByText("Offline").waitFor();
    await visit(page, `${facts.home}/runs`);
    await page.getByRole("main").getByRole("link", { name: "orders" }).first().waitFor();
    // Not to be reached is what this is about.
    page.faults.length = 0;
  });
  await story.step("with a network again, it goes on by itself", async (page) => {
    await page.context().setOffline(false);
    await page.getByRole("status").getByText("Offline").waitFor({ state: "detached", timeout: 30_000 });
    page.faults.length = 0;
  });
}
