// The pipeline gets a schedule in plain words, and the calendar shows when it runs.
import { check } from "./story.mjs";

export default async function schedule(story) {
  await story.step("a schedule is made in plain words", async (page) => {
    await page.getByRole("link", { name: "Schedules", exact: true }).first().click();
    await page.getByRole("button", { name: "New schedule" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Pipeline" }).fill("orders");
    await page.getByRole("option", { name: "orders" }).click();
    await dialog.getByLabel("Time 1").fill("06:30");
    await dialog.getByRole("listitem").filter({ hasText: /0?6:30/ }).or(dialog.getByText(/0?6:30/)).first().waitFor();
    await dialog.locator("button[type=submit]").click();
    await dialog.waitFor({ state: "detached" });
  });
  await story.step("the calendar shows it on every day of the week after", async (page) => {
    await page.getByRole("button", { name: "Week after" }).click();
    const days = page.getByRole("grid", { name: "Week of runs" }).getByRole("gridcell").filter({ hasText: "orders" });
    await days.nth(6).waitFor();
    check((await days.count()) === 7, `it is on ${await days.count()} days`);
    await days.nth(2).click();
    await page.getByRole("region").filter({ hasText: /0?6:30/ }).first().waitFor();
  });
}
