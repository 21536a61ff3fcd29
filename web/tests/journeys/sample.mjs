// A new workspace without any data of one's own: from its first page to tables, a row that is corrected, and a file that leads on.
import { url } from "../browser.mjs";
import { check } from "./story.mjs";
import { choose, fill } from "./forms.mjs";
import { ended, fact } from "./runs.mjs";

const node = (page, name) => page.locator(`.react-flow__node[data-id="${name}"]`);
const rows = (page) => page.getByRole("region", { name: "Rows", exact: true });

export default async function sample(story) {
  const { facts } = story;
  await story.step("a second workspace is made, and its first page leads on", async (page) => {
    await page.goto(`${url()}/server/workspaces`);
    await page.getByRole("button", { name: "Make a workspace" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator("input[name=name]").fill("Trial");
    await dialog.locator("button[type=submit]").click();
    await page.getByRole("heading", { name: "First steps" }).waitFor();
    facts.trial = new URL(page.url()).pathname.replace(/\/$/, "");
  });
  await story.step("sample data is drawn as a pipeline, with its first rows in view", async (page) => {
    await page.getByRole("button", { name: "Try with sample data" }).click();
    await node(page, "load_countries").waitFor();
    await rows(page).getByText("the first 100 rows").waitFor();
    await page.getByText("No problems").first().waitFor();
  });
  await story.step("it runs, into two tables and a quarantine", async (page) => {
    await page.getByRole("button", { name: "Save and run" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
    await ended(page, "Done, with quarantine");
    const said = [await fact(page, "Rows read"), await fact(page, "Rows written"), await fact(page, "In quarantine")];
    check(said.join() === "243,241,4", `read, written and in quarantine: ${said}`);
  });
  await story.step("a row without a quantity gets one, and goes on", async (page) => {
    await page.getByRole("tab", { name: /^Quarantine/ }).click();
    await page.getByRole("main").getByRole("checkbox").nth(1).check();
    await page.getByRole("button", { name: "Correct and send on" }).click();
    await page.getByRole("textbox", { name: /^quantity of/ }).fill("2");
    await page.getByRole("button", { name: "Send 1 row on" }).click();
    await page.getByRole("main").getByText("Repaired", { exact: true }).first().waitFor();
  });
  await story.step("the tables are there to be looked at", async (page) => {
    await page.goto(`${url()}${facts.trial}/data`);
    const tables = page.getByRole("main");
    await tables.getByText("sales_by_country").first().click();
    await page.getByRole("table").getByText("country", { exact: true }).waitFor();
    await tables.getByText("sales", { exact: true }).first().click();
    // 236 that were right at once, and the one that was corrected, whose amount was computed behind the check.
    await tables.getByText(/^237/).first().waitFor();
  });
  await story.step("a pipeline that loads nothing says so instead of failing, and takes a destination", async (page) => {
    await page.goto(`${url()}${facts.trial}/files`);
    await page.getByRole("main").getByText("sample-sales.csv").first().click();
    await page.getByRole("link", { name: "Make a pipeline" }).or(page.getByRole("button", { name: "Make a pipeline" })).first().click();
    await rows(page).getByText("the first 100 rows").waitFor();
    await page.getByRole("button", { name: "Loads nothing yet" }).waitFor();
    await page.getByRole("button", { name: "Save and run" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a node" });
    await dialog.getByText("Where should rows be loaded?").waitFor();
    check((await dialog.getByRole("option", { name: /^Filter/ }).count()) === 0, "it offers what loads nothing");
    await dialog.getByRole("option", { name: /^sample/ }).click();
    await node(page, "load").waitFor();
    await page.getByRole("group", { name: "From rows to load" }).waitFor({ state: "attached" });
    const form = page.getByRole("region", { name: "Node load" });
    await fill(form, "Table", "again");
    await page.keyboard.press("Escape");
    await choose(form, "Mode", /^overwrite/);
    await page.getByText("No problems").first().waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForURL(/\/pipelines\/sample-sales-2/);
  });
}
