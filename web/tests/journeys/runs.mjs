// Runs: starting one, waiting for its end, and what its page says.

/** Waits until the run whose page is open is over in that state. */
export async function ended(page, state) {
  await page.waitForURL(/\/runs\/[0-9a-z-]+/);
  await page.getByRole("main").locator("header").getByText(state, { exact: true }).waitFor({ timeout: 30_000 });
}

/** Runs the pipeline that is open in the builder. */
export async function run(page, state) {
  await page.getByRole("button", { name: /^(Save and run|Run)$/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
  await ended(page, state);
}

/** Runs again what the page of a run shows. */
export async function runAgain(page, state) {
  const before = page.url();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Run again" }).click();
  await page.waitForURL((url) => url.href !== before);
  await ended(page, state);
}

/** One of the numbers of a run at a glance. */
export const fact = (page, name) => page.locator("dl > div").filter({ has: page.getByText(name, { exact: true }) }).locator("dd").innerText();
