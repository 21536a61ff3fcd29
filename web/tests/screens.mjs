// Everything that people see, by a name for files: where it is, and what opens it. What belongs to a thing (a pipeline, a run) is
// there when the workspace has one.
import { readFileSync } from "node:fs";
import { ask, settled, visit, workspace } from "./browser.mjs";

const words = (language, file) => JSON.parse(readFileSync(new URL(`../src/locales/${language}/${file}.json`, import.meta.url), "utf8"));
/** What stands on a button, in either language. */
const said = (file, key) => new RegExp(`^(${["en", "fr"].map((language) => key.split(".").reduce((at, part) => at[part], words(language, file)).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`);
const press = (name, role = "button") => (page) => page.getByRole("main").getByRole(role, { name }).first().click();
const dialog = (page) => page.locator('[role="dialog"]:visible, [role="menu"]:visible').first().waitFor();

/** Presses a button that opens a dialog. */
const opens = (file, key) => async (page) => { await press(said(file, key))(page); await dialog(page); };
/** Chooses what is needed less often in the builder, and waits for what it opens. */
const more = (file, key, what = (page) => page.locator('[role="dialog"]:visible').first().waitFor()) => async (page) => {
  await press(said("pipelines", "more_actions"))(page);
  await page.getByRole("menuitem", { name: said(file, key) }).click();
  await what(page);
};

/** Goes to a screen and opens what is to be seen. */
export async function show(page, screen) {
  await visit(page, screen.path);
  if (!screen.open) return;
  await screen.open(page);
  await settled(page);
}

/** The screens of a workspace. Those with `open` are at the address of another one; `wide` ones are not for phones. */
export async function screens(page) {
  const at = `/workspaces/${workspace()}`;
  const list = async (what) => (await ask(page, `${at}/${what}`)).items ?? [];
  const [pipelines, runs, connections] = await Promise.all([list("pipelines?limit=50"), list("runs?limit=50"), list("connections?limit=50")]);
  const home = `/w/${workspace()}`;
  const one = (name, path, more = {}) => ({ name, path, ...more });
  const run = runs.find(({ state }) => state === "quarantined") ?? runs.find(({ state }) => state === "done") ?? runs[0];
  const failed = runs.find(({ state }) => state === "failed");
  // The pipeline of the run that is shown has rows to look at.
  const pipeline = pipelines.find(({ id }) => id === run?.pipeline_id) ?? pipelines[0];
  const connection = connections.find(({ connector }) => connector === "postgres") ?? connections[0];
  const node = pipeline && (await firstNode(page, `${at}/pipelines/${pipeline.id}`));
  const [upload] = await list("uploads?limit=1");
  // A table with rows shows more than an empty one.
  const [table] = connection ? ((await ask(page, `${at}/connections/${connection.name}/streams`)).items ?? []).sort((one, other) => (other.rows ?? 0) - (one.rows ?? 0)) : [];
  const inTable = connection && table && `${home}/data?connection=${connection.name}&table=${encodeURIComponent(table.name)}`;
  const builder = pipeline && `${home}/pipelines/${pipeline.id}`;
  // Runs of one pipeline are drawn when there are some.
  const trend = pipelines.find(({ id }) => runs.filter(({ pipeline_id, ended_at }) => pipeline_id === id && ended_at).length > 2);
  const inRun = (tab) => one(`run-${tab}`, `${home}/runs/${run.id}?tab=${tab}`);
  return [
    one("home", home),
    one("pipelines", `${home}/pipelines`),
    one("pipelines-new", `${home}/pipelines/new`),
    one("pipelines-template", `${home}/pipelines/new?template=people`, { open: dialog }),
    ...(pipeline
      ? [
          one("builder", `${builder}?node=${node}`),
          one("builder-split", `${builder}?view=split`, { wide: true }),
          one("builder-yaml", `${builder}?view=yaml`),
          one("builder-versions", `${builder}?version=1`),
          one("builder-insert", builder, { open: (window) => window.getByRole("button", { name: /^(Add a node|Ajouter un nœud)$/ }).first().click() }),
          one("builder-parameters", builder, { open: more("pipelines", "document_title") }),
          one("builder-changes", builder, { open: more("pipelines", "dry.title", settled) }),
          one("builder-keys", builder, { open: more("pipelines", "keys_title") }),
          one("builder-run", builder, { open: (window) => window.getByRole("button", { name: /^(Run|Exécuter|Lancer)$/ }).first().click() }),
        ]
      : []),
    one("runs", `${home}/runs`),
    ...(trend ? [one("runs-trend", `${home}/runs?pipeline=${trend.name}`)] : []),
    ...(run ? [one("run", `${home}/runs/${run.id}`), ...["timeline", "counts", "logs", "quarantine", "loads"].map(inRun), one("run-node", `${home}/runs/${run.id}`, { wide: true, open: (window) => window.locator(".react-flow__node").first().click() }), one("run-again", `${home}/runs/${run.id}`, { open: opens("runs", "again.deed") })] : []),
    ...(failed ? [one("run-failed", `${home}/runs/${failed.id}`)] : []),
    one("schedules", `${home}/schedules`),
    one("schedules-month", `${home}/schedules?view=month`),
    one("schedules-rules", `${home}/schedules?view=list`),
    one("schedules-backfills", `${home}/schedules?view=backfills`),
    one("schedule-new", `${home}/schedules?schedule=new`, { open: dialog }),
    one("backfill-new", `${home}/schedules?backfill=new`, { open: dialog }),
    one("connections", `${home}/connections`),
    one("connections-new", `${home}/connections/new`),
    one("connection-new", `${home}/connections/new?connector=postgres`),
    ...(connection ? [one("connection", `${home}/connections/${connection.name}`), ...["tables", "uses", "access"].map((tab) => one(`connection-${tab}`, `${home}/connections/${connection.name}?tab=${tab}`))] : []),
    one("files", `${home}/files`),
    one("data", connection ? `${home}/data?connection=${connection.name}` : `${home}/data`),
    ...(upload ? [one("file", `${home}/files?upload=${upload.id}`, { open: dialog })] : []),
    ...(inTable ? [one("data-table", inTable), one("data-columns", `${inTable}&view=columns`), one("data-sql", `${inTable}&view=sql`)] : []),
    ...(inTable && table.columns[0] ? [one("data-column", `${inTable}&column=${encodeURIComponent(table.columns[0].name)}`, { open: dialog })] : []),
    ...(inTable ? [one("connection-table", `${home}/connections/${connection.name}?tab=tables&table=${encodeURIComponent(table.name)}`)] : []),
    one("settings", `${home}/settings`),
    one("settings-invite", `${home}/settings/people`, { open: opens("settings", "people.invite") }),
    one("settings-key", `${home}/settings/keys`, { open: opens("settings", "keys.make") }),
    one("settings-channel", `${home}/settings/notifications`, { open: opens("settings", "channels.make") }),
    ...["people", "keys", "limits", "notifications", "audit"].map((section) => one(`settings-${section}`, `${home}/settings/${section}`)),
    one("server", "/server"),
    ...["people", "workspaces", "kept", "audit"].map((section) => one(`server-${section}`, `/server/${section}`)),
    one("account", "/account"),
    ...["security", "notifications", "data"].map((section) => one(`account-${section}`, `/account/${section}`)),
    one("account-factor", "/account/security", { open: opens("account", "factor_set") }),
    one("help", "/help/guides/pages"),
    one("help-search", "/help?search=quarantine"),
    one("search", home, { open: async (window) => { await window.keyboard.press("Control+k"); await dialog(window); } }),
    one("bell", home, { floats: true, open: async (window) => { await window.locator('header button[aria-haspopup="dialog"]').first().click(); await dialog(window); } }),
    one("menu-account", home, { floats: true, open: async (window) => { await window.locator('header button[aria-haspopup="menu"]').last().click(); await dialog(window); } }),
    one("missing", `${home}/what-is-not-there`),
  ];
}

/** What people see who are not signed in. */
export const OUTSIDE = [
  { name: "sign-in", path: "/sign-in" },
  { name: "forgotten", path: "/sign-in", open: press(/^(I forgot my password|J.ai oublié mon mot de passe)/) },
  { name: "setup", path: "/setup" },
  { name: "password", path: "/password" },
];

/** A node in the middle of a pipeline: it has settings and rows. */
async function firstNode(page, path) {
  const { current } = await ask(page, path);
  const names = [...(current?.document ?? "").matchAll(/^ {2}([\w-]+):(?=\s*(\{|$))/gm)].map((match) => match[1]);
  return names[1] ?? names[0] ?? "";
}
