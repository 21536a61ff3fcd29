// Somebody changes a password: the run fails and says what to do, and the connection is mended.
import { check } from "./story.mjs";
import { runAgain } from "./runs.mjs";
import { changePassword, inErp, inWarehouse } from "./systems.mjs";

export default async function mend(story) {
  const { facts } = story;
  await story.step("with a password that is no longer right, the run fails and says why", async (page) => {
    facts.firstRun = page.url();
    changePassword("second-password");
    await runAgain(page, "Failed");
    const alert = page.getByRole("main").getByRole("alert").first();
    const text = await alert.innerText();
    for (const word of [process.env.TOWPATH_LOADER, "password", "What to do"]) check(text.includes(word), `the error does not say \u201c${word}\u201d: ${text}`);
  });
  await story.step("the connection gets the new password, and its test passes", async (page) => {
    await page.getByRole("main").getByRole("alert").getByRole("link", { name: "Connection warehouse" }).click();
    await page.getByLabel(/^Password\b/).fill("second-password");
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByText(/ in all$/).waitFor();
    await page.locator("main button[type=submit]").click();
    await page.getByText(/saved/i).first().waitFor();
  });
  await story.step("the run goes on", async (page) => {
    await page.goto(facts.firstRun);
    await runAgain(page, "Done");
  });
}

/** A row that cannot be right is kept aside; the others arrive. */
export async function quarantine(story) {
  const { facts } = story;
  await story.step("a row that cannot be right goes to quarantine, the others arrive", async (page) => {
    inErp("insert into orders values (41, 'Customer 9', 'open', -3, 10, '2025-05-01'), (42, 'Customer 9', 'open', 3, 10, '2025-05-02')");
    await runAgain(page, "Done, with quarantine");
    facts.quarantined = page.url().split("?")[0];
    check(inWarehouse("select count(*) from orders") === "37", "the right row did not arrive");
  });
  await story.step("it is seen with its reason and its original", async (page) => {
    await page.getByRole("tab", { name: /^Quarantine/ }).click();
    await page.getByRole("main").getByText("is below 0").first().waitFor();
    await page.getByRole("main").getByText(/-3\b/).first().waitFor();
  });
}

/** The load is taken back: the row that it brought is gone. */
export async function undo(story) {
  const { facts } = story;
  await story.step("the load is taken back", async (page) => {
    await page.goto(facts.quarantined);
    await page.getByRole("button", { name: "Take back" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
    await page.getByRole("main").locator("header").getByText("Taken back").waitFor();
    check(inWarehouse("select count(*) from orders") === "36", "the row is still there");
  });
}

/** The row that could not be right is corrected, goes on by itself, and arrives once. */
export async function repair(story) {
  await story.step("the load comes again, without the row that cannot be right", async (page) => {
    await runAgain(page, "Done, with quarantine");
    check(inWarehouse("select count(*) from orders") === "37", "the right row did not come back");
  });
  await story.step("the row is corrected and sent on", async (page) => {
    await page.getByRole("tab", { name: /^Quarantine/ }).click();
    await page.getByRole("checkbox", { name: "Choose all rows that are shown" }).check();
    await page.getByRole("button", { name: "Correct and send on" }).click();
    const grid = page.getByRole("region", { name: /^Rows of checked/ });
    // The row goes on behind what computed the total: both are corrected.
    for (const [column, value] of [["quantity", "3"], ["total", "30"]]) await grid.getByRole("textbox", { name: new RegExp(`^${column} of`) }).fill(value);
    await page.getByRole("button", { name: "Send 1 row on" }).click();
    await page.getByRole("main").getByText("Repaired", { exact: true }).first().waitFor();
  });
  await story.step("it arrived, once", async () => {
    check(inWarehouse("select count(*) from orders") === "38", "the corrected row did not arrive");
    check(/^3\|30(\.0+)?$/.test(inWarehouse("select quantity, total from orders where id = 41")), "it is not as it was corrected");
  });
}
