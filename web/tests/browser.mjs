// A browser for checks of the pages: Debian's Chromium, driven by playwright-core. Used by accessibility, journeys and
// screenshots; what they need of a server comes from the environment:
//   TOWPATH_URL       its address, for example http://127.0.0.1:8080
//   TOWPATH_EMAIL, TOWPATH_PASSWORD   an account that runs the server and owns the workspace
//   TOWPATH_WORKSPACE the short name of the workspace
//   CHROMIUM          the program [default: the first of chromium, chromium-browser, google-chrome on the path]
import { execFileSync } from "node:child_process";
import { chromium } from "playwright-core";

const need = (name) => process.env[name] ?? (() => { throw new Error(`${name} is not set`); })();
export const url = () => need("TOWPATH_URL").replace(/\/+$/, "");
export const workspace = () => need("TOWPATH_WORKSPACE");

/** The browser on this machine. */
export function program() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch {
      // Not this one.
    }
  }
  throw new Error("no Chromium on the path (on Debian: apt-get install chromium)");
}

/** Runs `work` with a browser, and closes it whatever happens. */
export async function withBrowser(work) {
  // Without its sandbox it also runs as root, as in containers; it opens nothing but the server under test.
  const browser = await chromium.launch({ executablePath: program(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/**
 * A window of its own: `scheme` is light or dark, `language` en or fr, `phone` narrow, `offline` whether it may keep pages for
 * when there is no network, `storage` what another window knows, so that nobody signs in again. What the console says that it should not say is kept in `page.faults`, and so is every request that
 * leaves the server: pages ask nobody else.
 */
export async function open(browser, { scheme = "light", language = "en", phone = false, signedIn = true, offline = false, storage } = {}) {
  const context = await browser.newContext({
    colorScheme: scheme,
    locale: language === "fr" ? "fr-FR" : "en-GB",
    timezoneId: "Europe/Brussels",
    viewport: phone ? { width: 390, height: 844 } : { width: 1360, height: 850 },
    reducedMotion: "reduce",
    hasTouch: phone,
    isMobile: phone,
    storageState: storage,
    serviceWorkers: offline ? "allow" : "block",
  });
  const page = await context.newPage();
  page.faults = [];
  const origin = new URL(url()).origin;
  const isOwn = (address) => /^(data|blob|about|chrome-error):/.test(address) || new URL(address.replace(/^ws/, "http")).origin === origin;
  const look = (address) => isOwn(address) || page.faults.push(`${page.url()}: asked ${address}, which is not the server`);
  page.on("request", (request) => look(request.url()));
  page.on("websocket", (socket) => look(socket.url()));
  page.on("pageerror", (error) => page.faults.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) page.faults.push(`${page.url()}: ${message.text()}`);
  });
  page.setDefaultTimeout(15_000);
  if (signedIn && !storage) await signIn(page);
  return page;
}

export async function signIn(page, email = need("TOWPATH_EMAIL"), password = need("TOWPATH_PASSWORD")) {
  await page.goto(`${url()}/sign-in`);
  await page.locator("input[name=email]").fill(email);
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL((at) => !at.pathname.includes("/sign-in"));
}

/** Goes to a page and waits until it has what it asked for. */
export async function visit(page, path) {
  await page.goto(url() + path);
  await page.locator("main h1").first().waitFor();
  await settled(page);
}

/** Waits until nothing of the page is waited for: it draws what is to come in grey, turns a circle, or says so with dots. What stands around it is drawn after it. */
export const settled = (page) =>
  page.waitForFunction(() => {
    const waits = document.querySelectorAll('[role="status"] [role="progressbar"], .MuiSkeleton-root').length > 0;
    const isBare = document.querySelector("header") !== null && document.querySelector('header [aria-haspopup="menu"]') === null;
    return !waits && !isBare && ![...document.querySelectorAll('main [role="status"]')].some((status) => status.textContent.trim().endsWith("…"));
  });

/** How far the page reaches beyond the right edge of the screen, in pixels, and what reaches furthest. */
export function overhang(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const over = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - width;
    if (over <= 0) return { over: 0, what: "" };
    const widest = [...document.querySelectorAll("main *")].sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0];
    return { over, what: widest?.outerHTML.slice(0, 160) ?? "" };
  });
}

/** What the server says to a request of this window. */
export async function ask(page, path) {
  return page.evaluate(async (address) => (await fetch(address)).json(), `${url()}/api/v1${path}`);
}
