// Languages, light and dark, and small screens.
import { visit } from "../browser.mjs";
import { check } from "./story.mjs";

const menu = (page) => page.locator('header button[aria-haspopup="menu"]').last().click();
const isDark = () => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
  return red + green + blue < 200;
};

/** Whether every number of a line stands beside its line, in the editor of the page. */
const isNumbered = () => {
  const tops = (what) => [...document.querySelectorAll(what)].map((element) => element.getBoundingClientRect()).filter(({ height }) => height > 0).map(({ top }) => top);
  const [lines, numbers] = [tops(".cm-line"), tops(".cm-lineNumbers .cm-gutterElement").slice(0, 12)];
  return numbers.length > 1 && numbers.every((number) => lines.some((line) => Math.abs(line - number) < 2));
};

export default async function looks(story) {
  const { facts } = story;
  await story.step("the pages speak French, also when they are opened again", async (page) => {
    await visit(page, `${facts.home}/runs`);
    await menu(page);
    await page.getByRole("menuitemradio", { name: "Français" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { level: 1, name: "Exécutions" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Exécutions" }).waitFor();
    check((await page.evaluate(() => document.documentElement.lang)) === "fr", "the page does not say that it is French");
  });
  await story.step("they are dark, also when they are opened again", async (page) => {
    check(!(await page.evaluate(isDark)), "the page is dark before");
    await menu(page);
    await page.getByRole("menuitemradio", { name: "Sombre" }).click();
    await page.keyboard.press("Escape");
    await page.waitForFunction(isDark);
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    check(await page.evaluate(isDark), "the page is light when it is opened again");
  });
  await story.step("and back", async (page) => {
    await menu(page);
    await page.getByRole("menuitemradio", { name: "English" }).click();
    await page.getByRole("menuitemradio", { name: "As the system" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  });
  await story.step("numbers of lines stand beside their lines, for who wants little motion too", async (page) => {
    await visit(page, `${facts.home}/pipelines/${facts.source}?view=yaml`);
    await page.waitForFunction(isNumbered);
  });
}
