// Connections to the ERP and the warehouse, made with their forms and tried.
import { check } from "./story.mjs";
import { fill } from "./forms.mjs";
import { erpPlace, warehousePlace } from "./systems.mjs";

async function connection(page, home, { card, name, settings, secret }) {
  await page.goto(new URL(`${home}/connections`, page.url()).href);
  await page.getByRole("link", { name: "New connection" }).first().click();
  await page.getByRole("button", { name: card }).click();
  await page.getByLabel(/^Name\b/).fill(name);
  for (const [label, value] of Object.entries(settings)) await fill(page, label, value);
  if (secret) await page.getByLabel(/^Password\b/).fill(secret);
  await page.getByRole("button", { name: "Test", exact: true }).click();
  // Each step as it happens; how long all of it took stands there in the end.
  await page.getByText(/ in all$/).waitFor();
  check((await page.getByRole("alert").count()) === 0, "the test of the connection failed");
  await page.locator("main button[type=submit]").click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

export default async function connect(story) {
  const { home } = story.facts;
  await story.step("the ERP (MariaDB) is connected", async (page) => {
    const { host, port, database, user, password } = erpPlace();
    await connection(page, home, { card: /MySQL/, name: "erp", settings: { Host: host, Port: port, Database: database, User: user }, secret: password });
    await page.getByText("orders", { exact: true }).first().waitFor();
  });
  await story.step("the warehouse (PostgreSQL) is connected", async (page) => {
    const { host, port, database, user, password } = warehousePlace();
    await connection(page, home, { card: /PostgreSQL/, name: "warehouse", settings: { Host: host, Port: port, Database: database, User: user }, secret: password });
  });
}
