// Without a network the pages still open, with what was seen last and a word that it may be old.
import { visit } from "../browser.mjs";
import { node } from "./build.mjs";
import { check } from "./story.mjs";
import { inWarehouse } from "./systems.mjs";

// By its place in the page: a dialog hides what is behind it from whoever asks for roles.
const old = (page) => page.locator('main [role="status"]', { hasText: "The server cannot be reached" });

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
    // One look is enough for all that pages are made of; what they show is kept from the second on.
    await page.evaluate(async () => {
      const parts = ["", ...(await (await fetch("parts.json")).json())].map((path) => new URL(path, document.baseURI));
      const missing = async () => {
        const kept = await Promise.all(parts.map((address) => caches.match(address, { ignoreVary: true })));
        return parts.filter((_, index) => kept[index] === undefined).map(String);
      };
      const end = performance.now() + 15_000;
      while ((await missing()).length > 0) {
        if (performance.now() > end) throw new Error(`not kept: ${await missing()}`);
        await new Promise(requestAnimationFrame);
      }
    });
    for (const path of ["/runs", "/pipelines", new URL(facts.firstRun).pathname.slice(facts.home.length), ""]) await visit(page, facts.home + path);
    // A pipeline from near, and the graph of a run: each asks for more than a list.
    for (const path of [`/pipelines/${facts.source}`, new URL(facts.firstRun).pathname.slice(facts.home.length)]) {
      await visit(page, facts.home + path);
      await node(page, facts.source).waitFor();
    }
    check(await page.evaluate(() => navigator.serviceWorker.controller !== null), "the pages are not kept");
    await visit(page, facts.home);
  });
  await story.step("without a network, the last state is shown, and that it is old", async (page) => {
    await page.context().setOffline(true);
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await old(page).waitFor();
    await page.getByRole("link", { name: "Runs", exact: true }).first().click();
    await page.getByRole("main").getByRole("link", { name: "orders" }).first().waitFor();
    check(await page.evaluate(() => [...document.images].every((image) => image.naturalWidth > 0)), "a picture is missing");
  }, { offline: true });
  await story.step("a pipeline and a run that were seen open as well", async (page) => {
    for (const address of [new URL(`${facts.home}/pipelines/${facts.source}`, page.url()).href, facts.firstRun]) {
      await page.goto(address);
      await node(page, facts.source).waitFor();
      await old(page).waitFor();
    }
  }, { offline: true });
  await story.step("what cannot be done now says so, and is not done later", async (page) => {
    const before = inWarehouse("select max(committed_at) from _towpath_loads");
    await page.goto(facts.firstRun);
    await page.getByRole("button", { name: "Run again" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Run again" }).click();
    await page.getByRole("dialog").getByRole("alert").getByText("The server cannot be reached").waitFor();
    facts.lastLoad = before;
  }, { offline: true });
  await story.step("with a network again, it goes on by itself", async (page) => {
    await old(page).waitFor();
    await page.context().setOffline(false);
    await old(page).waitFor({ state: "detached", timeout: 30_000 });
    await page.getByRole("button", { name: "Cancel" }).click();
    check(inWarehouse("select max(committed_at) from _towpath_loads") === facts.lastLoad, "the run was started after all");
  }, { offline: true });
}
