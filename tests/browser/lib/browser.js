import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { basename } from "node:path";
import { chromium } from "playwright-core";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Browser} Browser */
/** @typedef {{ torrent: string, infohash: string, magnet: string }} Seeded A torrent that somebody seeds. */
/** @typedef {{ page: string, token: string, hostile: string[], seeded: Record<string, Seeded> }} World What `cargo xtask test` has started. */

/** For anything that the product does by itself. */
export const PATIENCE = 90_000;

/** For what a page shows at once when an answer has come: before it asks for the status again, which is every 5 s. */
export const AT_ONCE = 3_000;

/** @returns {Promise<World>} */
export async function world() {
  const path = process.env.BROWSER_WORLD;
  if (!path) throw new Error("BROWSER_WORLD is not set; run `cargo xtask test browser`");
  return JSON.parse(await readFile(path, "utf8"));
}

/** @returns {Promise<Browser>} */
export function launch() {
  // A browser that looks for its maker's servers at every start waits for a network that may not be there.
  const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: process.getuid?.() !== 0,
    args: ["--disable-gpu", ...quiet],
  });
}

/**
 * A fresh visitor on the front page. `fault` is asked afterwards: errors in the console, exceptions and everything
 * that the content security policy forbade.
 *
 * @param {Browser} browser
 * @param {string} url
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function visit(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  /** @type {string[]} */
  const faults = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(url);
  return { page, faults, close: () => context.close() };
}

/**
 * Does what sends a change to the API, and waits for the answer.
 *
 * @param {Page} page
 * @param {() => Promise<void>} act
 */
export async function answered(page, act) {
  const isChange = (/** @type {import("playwright-core").Response} */ response) =>
    response.request().method() !== "GET" && new URL(response.url()).pathname.startsWith("/api/");
  const answer = page.waitForResponse(isChange, { timeout: PATIENCE });
  await act();
  await answer;
}

/**
 * Drops files somewhere on the page, as a file manager does.
 *
 * @param {Page} page
 * @param {{ name: string, bytes: Buffer }[]} files
 * @param {string} [selector]
 */
export async function drop(page, files, selector = "body") {
  const data = await transfer(page, files);
  for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent(selector, type, { dataTransfer: data });
}

/**
 * @param {Page} page
 * @param {{ name: string, bytes: Buffer }[]} files
 */
export function transfer(page, files) {
  const encoded = files.map(({ name, bytes }) => ({ name, base64: bytes.toString("base64") }));
  return page.evaluateHandle((files) => {
    const data = new DataTransfer();
    for (const { name, base64 } of files) data.items.add(new File([Uint8Array.fromBase64(base64)], name));
    return data;
  }, encoded);
}

/** @param {string} path */
export async function fileAt(path) {
  return { name: basename(path), bytes: await readFile(path) };
}

/**
 * The row of a torrent that is about to be added.
 *
 * @param {Page} page
 * @param {string} name
 */
export function row(page, name) {
  return page.locator("#drafts > li").filter({ has: page.getByRole("heading", { name, exact: true }) });
}

/**
 * The row of a torrent in the list.
 *
 * @param {Page} page
 * @param {string} name
 */
export function listed(page, name) {
  return page.locator("#torrents > li").filter({ has: page.getByRole("heading", { name, exact: true }) });
}

/**
 * @param {World} world
 * @param {string} infohash
 * @returns {Promise<any>} As the API shows it.
 */
export async function torrent(world, infohash) {
  const answer = await ask(world, `api/torrents/${infohash}`);
  if (answer.status !== 200) throw new Error(`the API answered ${answer.status} for ${infohash}`);
  return answer.json();
}

/**
 * Node's resolver does not know `*.localhost` everywhere, so the name goes into the header alone.
 *
 * @param {World} world
 * @param {string} path
 * @param {string} [method]
 * @returns {Promise<{ status: number | undefined, json: () => any }>}
 */
export async function ask(world, path, method = "GET") {
  const { host, port, pathname } = new URL(path, world.page);
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path: pathname, method, headers: { host, authorization: `Bearer ${world.token}` } }, async (response) => {
      const chunks = await response.toArray();
      const body = Buffer.concat(chunks);
      resolve({ status: response.statusCode, json: () => JSON.parse(body.toString()) });
    });
    call.on("error", reject).end();
  });
}
