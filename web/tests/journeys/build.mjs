// A pipeline is drawn from nothing: read orders, leave out what is cancelled, compute, check, load. Then it runs.
import { check } from "./story.mjs";
import { choose, fill } from "./forms.mjs";
import { fact, run } from "./runs.mjs";
import { inErp, inWarehouse } from "./systems.mjs";

/** The node on the canvas. */
export const node = (page, name) => page.locator(`.react-flow__node[data-id="${name}"]`);
const line = (page, from, to) => page.getByRole("group", { name: `From ${from} to ${to}` });
const panel = (page) => page.getByRole("region", { name: /^Node / });

/** Adds a node by the keyboard: `/`, what it is called, Enter. */
async function insert(page, words) {
  await page.keyboard.press("/");
  const box = page.getByRole("combobox", { name: "What should happen to the rows?" });
  await box.waitFor();
  await box.fill(words);
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await box.waitFor({ state: "detached" });
  await panel(page).waitFor();
}

async function rename(page, to) {
  const name = panel(page).getByLabel("Name", { exact: true }).first();
  await name.fill(to);
  await name.press("Tab");
  await node(page, to).waitFor();
}

/** Draws a line from the output of one node to the input of another, with the mouse. */
async function drawLine(page, from, to) {
  // The canvas glides to where everything is seen.
  const [out, into] = [node(page, from).locator(".react-flow__handle.source").first(), node(page, to).locator(".react-flow__handle.target").first()];
  const boxes = async () => [await out.boundingBox(), await into.boundingBox()];
  let [seen, now] = [await boxes(), []];
  while (JSON.stringify(seen) !== JSON.stringify(now)) {
    now = seen;
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
    seen = await boxes();
  }
  const [begin, end] = seen.map((box) => [box.x + box.width / 2, box.y + box.height / 2]);
  await page.mouse.move(...begin);
  await page.mouse.down();
  await page.mouse.move(begin[0] + 20, begin[1] + 10, { steps: 3 });
  await page.mouse.move(...end, { steps: 8 });
  await page.mouse.up();
}

export default async function build(story) {
  const { facts } = story;
  await story.step("a pipeline begins with nothing", async (page) => {
    await page.getByRole("link", { name: "Pipelines", exact: true }).first().click();
    await page.getByRole("link", { name: "New pipeline" }).first().click();
    await page.getByRole("button", { name: "Begin with nothing" }).click();
    await page.getByRole("region", { name: "Nodes to add" }).waitFor();
  });
  await story.step("a source is dragged onto the canvas", async (page) => {
    const choice = page.getByRole("region", { name: "Nodes to add" }).getByRole("button", { name: /^erp/ }).first();
    await choice.dragTo(page.locator(".react-flow__pane"), { targetPosition: { x: 160, y: 120 } });
    await panel(page).waitFor();
    await fill(panel(page), "Table", "orders");
    await page.keyboard.press("Escape");
    await rename(page, "orders");
    facts.source = "orders";
  });
  await story.step("transforms are added by the keyboard", async (page) => {
    await node(page, "orders").click();
    await insert(page, "filter");
    await fill(panel(page), "Where", "status <> 'cancelled'");
    await rename(page, "open");
  });
  await story.step("the rows of a node are looked at", async (page) => {
    const rows = page.getByRole("region", { name: "Rows", exact: true });
    await rows.getByText("36 rows, these are all").waitFor();
  });
  await story.step("a column is computed", async (page) => {
    await node(page, "open").click();
    await insert(page, "derive");
    await rename(page, "worth");
    const columns = panel(page).getByRole("group", { name: /^Columns/ });
    await columns.getByLabel("Name", { exact: true }).fill("total");
    await columns.getByRole("button", { name: "Add" }).click();
    await columns.getByLabel(/^total/).fill("quantity * price");
  });
  await story.step("a check sends rows to quarantine that are worth too much", async (page) => {
    await page.keyboard.press("Escape");
    await node(page, "worth").click();
    await insert(page, "check");
    await rename(page, "checked");
    const expect = panel(page).getByRole("group", { name: /^Expect/ });
    await expect.getByRole("button", { name: "Add" }).click();
    await expect.getByLabel("Column", { exact: true }).fill("total");
    await choose(expect, "Severity", "quarantine");
    await fill(expect, "Min", 0);
  });
  await story.step("a destination takes what went through", async (page) => {
    await page.keyboard.press("Escape");
    await node(page, "checked").click();
    await insert(page, "warehouse");
    await fill(panel(page), "Table", "public.orders");
    await page.keyboard.press("Escape");
    await choose(panel(page), "Mode", /^upsert/);
    await panel(page).getByRole("combobox", { name: "Key" }).fill("id");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    const undo = panel(page).getByRole("group", { name: "Undo" });
    await undo.getByRole("button", { name: "Add" }).click();
    await undo.getByLabel(/^Keep/).fill("30d");
  });
  await story.step("a line is drawn with the mouse", async (page) => {
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Show everything" }).click();
    await node(page, "worth").click();
    await panel(page).getByRole("button", { name: /^Disconnect/ }).click();
    await line(page, "open", "worth").waitFor({ state: "detached" });
    await panel(page).getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Show everything" }).click();
    await drawLine(page, "open", "worth");
    await line(page, "open", "worth").waitFor({ state: "attached" });
  });
  await story.step("it gets its name", async (page) => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Name and parameters" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).first().fill("orders");
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByText("No problems").first().waitFor();
  });
  await story.step("it runs, and 36 rows arrive", async (page) => {
    await run(page, "Done");
    check((await fact(page, "Rows written")) === "36", `the page says ${await fact(page, "Rows written")} rows`);
    const there = inWarehouse("select count(*), sum(total) from orders");
    const right = 'select count(*), sum(quantity * price) from orders where status <> "cancelled"';
    check(there.startsWith("36|"), `in the warehouse: ${there}`);
    check(Number(there.split("|")[1]) === Number(inErp(right).split("\t")[1]), `the sums differ: ${there} and ${inErp(right)}`);
  });
}
