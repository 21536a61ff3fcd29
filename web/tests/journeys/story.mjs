// How journeys are told: step by step, each with what was seen when it failed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** A journey through the pages, in one window. Chapters share what they find out in `facts`. */
export class Story {
  facts = {};

  constructor(page) {
    this.page = page;
  }

  /** Tells a chapter in another window. */
  async in(page, chapter) {
    await this.page.context().close();
    this.page = page;
    await chapter(this);
  }

  /** Carries out one step, and fails with its name, the address and what the page says; also `offline`, when nothing can be reached. */
  async step(name, work, { offline = false } = {}) {
    const begun = performance.now();
    try {
      await work(this.page);
      // What the console said, and what was asked of others, belongs to the step that made it.
      const faults = this.page.faults.splice(0).filter((fault) => !offline || !/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(fault));
      if (faults.length > 0) throw new Error(faults.join("\n"));
    } catch (error) {
      throw new Error(`FAILED: ${name}\n${await this.#seen(name)}\n${short(error)}`, { cause: error });
    }
    console.log(`${name} (${Math.round(performance.now() - begun)} ms)`);
  }

  async #seen(name) {
    const { page } = this;
    const alerts = await page.locator('[role="alert"]:visible').allInnerTexts().catch(() => []);
    const said = [`at ${page.url()}`, ...alerts.map((text) => `the page says: ${text.replaceAll("\n", " ")}`), ...page.faults];
    if (process.env.TOWPATH_PICTURES) {
      const path = join(process.env.TOWPATH_PICTURES, `${name.replaceAll(/\W+/g, "-")}.png`);
      mkdirSync(process.env.TOWPATH_PICTURES, { recursive: true });
      await page.screenshot({ path }).then(() => said.push(`picture: ${path}`), (error) => said.push(`no picture: ${error.message}`));
    }
    return said.join("\n");
  }
}

/** What was waited for and where, without the colours and the hundred tries. */
function short(error) {
  // eslint-disable-next-line no-control-regex -- terminals are coloured with these
  const lines = String(error.stack).replaceAll(/\u001b\[\d+m/g, "").split("\n");
  const where = lines.filter((line) => /^ +at .*journeys\//.test(line));
  return [...lines.filter((line) => !where.includes(line)).slice(0, 14), ...where.slice(0, 4)].join("\n");
}

/** Fails unless it holds. */
export function check(holds, what) {
  if (!holds) throw new Error(what);
}
