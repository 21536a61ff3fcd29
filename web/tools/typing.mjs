// How long the builder works for one key in a form, and for one step of a node that is dragged, with a pipeline of 200 nodes.
// Serves dist/ with answers of its own, so that it needs no server: npm run build && node tools/typing.mjs [nodes]
// CHROMIUM names the browser, TRACE a file for a profile to be opened with the developer tools.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { withBrowser } from "../tests/browser.mjs";

const COUNT = Number(process.argv[2] ?? 200);
/** Milliseconds of script for a key: half of all keys, and 95 of 100, on a busy machine. */
const GOAL = { half: 16, most: 50 };
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const schema = readFileSync(new URL("../../docs/reference/pipeline.schema.json", import.meta.url), "utf8");

/** Twenty chains that begin with a file and end in a table, with what people write into such nodes. */
function document() {
  const lines = ["towpath: 1", "name: long", "nodes:"];
  const chain = Math.max(3, Math.floor(COUNT / 20));
  for (let index = 0; index < COUNT; index += 1) {
    const place = index % chain;
    lines.push(`  step_${index}:`);
    if (place === 0) lines.push("    source: file", `    path: in/${index}.csv`);
    else if (place === chain - 1) lines.push("    destination: sqlite", "    connection: shop", `    from: step_${index - 1}`, `    table: result_${index}`, "    mode: upsert", "    key: [id]");
    else if (place % 2) lines.push("    transform: filter", `    from: step_${index - 1}`, "    # what was paid", `    where: total > ${index} and state <> 'cancelled'`);
    else lines.push("    transform: derive", `    from: step_${index - 1}`, "    columns:", "      net: round(total / 1.21, 2)", `      year: extract(year from ordered_at)`);
    lines.push(`    description: step ${index} of the long pipeline`);
  }
  return `${lines.join("\n")}\n`;
}

const now = "2026-01-01T00:00:00Z";
const pipeline = { id: "pl_1", workspace_id: "ws_1", name: "long", description: "", tags: [], version: 1, restricted: false, has_hook: false, revision: 1, created_at: now, updated_at: now, last_run: null, schedules: [], current: { pipeline_id: "pl_1", number: 1, document: document(), fingerprint: "", connections: [], targets: [], remark: "", created_at: now } };
const user = { id: "us_1", email: "a@example.org", name: "Ann", language: "en", settings: {} };
const answers = {
  "/api/v1/session": { user, csrf: "x", is_new: false, workspaces: [{ id: "ws_1", slug: "home", name: "Home", role: "owner" }] },
  "/api/v1/workspaces/home": { id: "ws_1", slug: "home", name: "Home", settings: {}, revision: 1 },
  "/api/v1/document-schema": JSON.parse(schema),
  "/api/v1/workspaces/home/pipelines/long": pipeline,
};
const nothing = { items: [], nodes: [], problems: [], faults: [], columns: [], rows: [], unread: 0 };
const kinds = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json" };

function serve() {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    if (path.startsWith("/api/")) {
      response.setHeader("content-type", "application/json");
      response.setHeader("etag", '"1"');
      return response.end(JSON.stringify(answers[path] ?? nothing));
    }
    let file = normalize(join(dist, path));
    if (!extname(file) || !file.startsWith(dist)) file = join(dist, "index.html");
    try {
      const content = readFileSync(file);
      response.setHeader("content-type", kinds[extname(file)] ?? "application/octet-stream");
      return response.end(content);
    } catch {
      response.statusCode = 404;
      return response.end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const sorted = (times) => [...times].sort((a, b) => a - b);
const at = (times, share) => sorted(times)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const words = (name, times) => `${name}: half of them below ${at(times, 0.5).toFixed(1)} ms, 95 of 100 below ${at(times, 0.95).toFixed(1)} ms (${times.length})`;

/** Milliseconds of script that a deed causes until the browser has drawn. */
async function scripted(page, session, deed) {
  const read = async () => (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "ScriptDuration").value * 1000;
  const before = await read();
  await deed();
  await page.evaluate(() => new Promise((resolve) => globalThis.requestAnimationFrame(() => globalThis.requestAnimationFrame(resolve))));
  return (await read()) - before;
}

const server = await serve();
const results = await withBrowser(async (browser) => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", serviceWorkers: "block" })).newPage();
  page.on("pageerror", (error) => console.error(error.message));
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await page.goto(`http://127.0.0.1:${server.address().port}/w/home/pipelines/long?node=step_5`);
  const panel = page.locator("#node-panel-body");
  await panel.waitFor();
  // What the page still does after it is there is not what a key costs.
  await page.evaluate(() => new Promise((rest) => globalThis.requestIdleCallback(() => globalThis.requestIdleCallback(rest))));
  if (process.env.TRACE) {
    await session.send("Profiler.enable");
    await session.send("Profiler.start");
  }
  const type = async (field) => {
    await field.click();
    await page.keyboard.press("End");
    const times = [];
    for (const key of "the quick brown fox jumps over the lazy dog, twice") times.push(await scripted(page, session, () => page.keyboard.press(key === " " ? "Space" : key)));
    return times;
  };
  const description = await type(panel.getByLabel("Remark"));
  const where = await type(panel.getByLabel("Where"));
  if (process.env.TRACE) writeFileSync(process.env.TRACE, JSON.stringify((await session.send("Profiler.stop")).profile));
  const card = page.locator('.react-flow__node[data-id="step_5"]');
  const box = await card.boundingBox();
  await page.mouse.move(box.x + 40, box.y + 12);
  await page.mouse.down();
  const moves = [];
  for (let step = 1; step <= 40; step += 1) moves.push(await scripted(page, session, () => page.mouse.move(box.x + 40 + step * 3, box.y + 12 + step * 2)));
  const drop = [await scripted(page, session, () => page.mouse.up())];
  return { "a key in the description": description, "a key in a setting": where, "a step of a drag": moves, "the end of a drag": drop };
});
server.close();
for (const [name, times] of Object.entries(results)) console.log(words(name, times));
const keys = [...results["a key in the description"], ...results["a key in a setting"]];
if (at(keys, 0.5) > GOAL.half || at(keys, 0.95) > GOAL.most) {
  console.error(`too slow: ${words("keys", keys)}; the goal is ${GOAL.half} and ${GOAL.most} ms`);
  process.exit(1);
}
