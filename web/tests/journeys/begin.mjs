// The first owner: a link that works once, a second factor, and signing in with it.
import { Authenticator } from "./authenticator.mjs";
import { check } from "./story.mjs";

const OWNER = { name: "Ada Lovelace", email: "ada@example.org", password: "correct horse battery staple" };

export default async function begin(story) {
  const { facts } = story;
  await story.step("the link of the server makes the first account", async (page) => {
    await page.goto(process.env.TOWPATH_SETUP);
    await page.getByLabel("Your name").fill(OWNER.name);
    await page.getByLabel("E-mail address").fill(OWNER.email);
    await page.getByLabel("Password").fill(OWNER.password);
    await page.getByLabel("Name of the workspace").fill("Shutters");
    await page.getByRole("button", { name: "Make the account" }).click();
    await page.getByRole("heading", { level: 1, name: "Shutters" }).waitFor();
    facts.home = new URL(page.url()).pathname.replace(/\/$/, "");
    facts.owner = OWNER;
  });
  await story.step("a second factor is set up with an authenticator", async (page) => {
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Account", exact: true }).click();
    await page.getByRole("link", { name: /security/i }).click();
    await page.getByRole("button", { name: "Set it up" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Password").fill(OWNER.password);
    await dialog.locator("button[type=submit]").click();
    const key = (await dialog.locator("code").innerText()).replaceAll(/\s/g, "");
    facts.authenticator = new Authenticator(key);
    await dialog.locator("input[name=code]").fill(facts.authenticator.code());
    await dialog.locator("button[type=submit]").click();
    const codes = await dialog.getByRole("textbox", { name: "Recovery codes" }).innerText();
    check(codes.trim().split("\n").length >= 8, `too few recovery codes: ${codes}`);
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
  });
  await story.step("signing in asks for the code of the authenticator", async (page) => {
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.locator("input[name=email]").fill(OWNER.email);
    await page.locator("input[name=password]").fill(OWNER.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.locator("input[name=code]").fill(facts.authenticator.code());
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Shutters" }).waitFor();
  });
}
