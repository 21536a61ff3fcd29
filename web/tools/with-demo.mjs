// Starts the demo on a free port, runs its pipelines and uploads a file so that there is something to see, carries out a script
// against it, and stops the demo: node tools/with-demo.mjs tools/screenshots.mjs. The environment of the script: tests/browser.mjs.
// TOWPATH_BUILD names the build whose demo it is [default: debug].
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const EMAIL = "demo@example.org";
const WORKSPACE = "factory";
/** Fails, as pipelines do when somebody renames a table. */
const RETURNS = `towpath: 1
name: shop-returns
description: Returns of the shop; their table is not there any more.
nodes:
  returns: { source: postgres, connection: factory, table: returns_2026 }
  load: { destination: sqlite, from: returns, connection: shop, table: returns, mode: append }
schedule: { cron: "30 6 * * 1-5", timezone: Europe/Brussels }
`;
/** A file as people have them: semicolons, decimal commas, days the European way. */
const PRICES = `article;price;valid from\n${Array.from({ length: 40 }, (_, at) => `A-${100 + at};${(9.5 + at * 1.25).toFixed(2).replace(".", ",")};${String((at % 28) + 1).padStart(2, "0")}/11/2026`).join("\n")}\n`;

async function begin() {
  const url = `http://127.0.0.1:${await freePort()}`;
  // A group of its own, so that the server ends with it.
  const demo = spawn(`${root}target/${process.env.TOWPATH_BUILD ?? "debug"}/xtask`, ["demo", "--listen", new URL(url).host], { cwd: root, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(demo, "exit").then(([code]) => { throw new Error(`the demo ended with code ${code} before it began`); });
  const password = (async () => {
    for await (const line of createInterface(demo.stdout)) {
      const found = /^ *password +(\S+)/.exec(line);
      if (found) return found[1];
    }
    return ended;
  })();
  const said = await Promise.race([password, ended]);
  ended.catch(() => undefined);
  const isReady = () => fetch(`${url}/health/ready`).then((answer) => answer.ok, () => false);
  while (!(await isReady())) await pause(100);
  return { url, password: said, stop: () => process.kill(-demo.pid) };
}

/** Runs every pipeline, one of them thrice, and one that fails. */
async function furnish({ url, password }) {
  const form = new URLSearchParams({ grant_type: "password", username: EMAIL, password });
  const { access_token } = await (await fetch(`${url}/token`, { method: "POST", body: form })).json();
  const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
  const ask = async (path, body) => {
    const answer = await fetch(`${url}/api/v1/workspaces/${WORKSPACE}/${path}`, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  await ask("pipelines", { document: RETURNS });
  const sent = await fetch(`${url}/api/v1/workspaces/${WORKSPACE}/uploads?name=prices.csv`, { method: "POST", headers: { ...headers, "content-type": "text/csv" }, body: PRICES });
  if (!sent.ok) throw new Error(`the upload: ${await sent.text()}`);
  const pipelines = (await ask("pipelines")).items;
  for (const { name } of [...pipelines, ...pipelines.filter((one) => one.name.startsWith("shop"))]) {
    let run = await ask(`pipelines/${name}/runs`, {});
    while (["queued", "running", "failing"].includes(run.state)) {
      await pause(200);
      run = await ask(`runs/${run.id}`);
    }
    console.log(`${name}: ${run.state}, ${run.rows_written} rows`);
  }
}

const demo = await begin();
const stop = () => demo.stop();
process.on("SIGINT", () => { stop(); process.exit(130); });
try {
  await furnish(demo);
  const env = { ...process.env, TOWPATH_URL: demo.url, TOWPATH_EMAIL: EMAIL, TOWPATH_PASSWORD: demo.password, TOWPATH_WORKSPACE: WORKSPACE };
  const [code] = await once(spawn(process.execPath, process.argv.slice(2), { stdio: "inherit", env }), "exit");
  process.exitCode = code ?? 1;
} finally {
  stop();
}
