// What `xtask/src/browser/cinema.rs` seeds, once it is stored.

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { drop, fileAt, listed, row } from "./browser.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./browser.js").World} World */
/** @typedef {{ name: string, files: { path: string, url: string, size_bytes: number, crc32: string }[] }} Listing */

export const FILM = "01 colours.mp4";

/** Two runs of status-page. */
const PATIENCE = 150_000;

/**
 * Adds torrents on the front page, all of which are there already in a second run, and waits until they are complete.
 *
 * @param {Page} page
 * @param {World} world
 * @param {Record<string, string>} names Their titles, by what they are called in the world.
 */
export async function store(page, world, names) {
  for (const [key, name] of Object.entries(names)) {
    await drop(page, [await fileAt(world.seeded[key].torrent)]);
    await row(page, name).getByText(/^(ready|added|known already)$/).waitFor();
  }
  await page.getByRole("button", { name: /^Add \d+ torrents?$|^Add torrent$/ }).click();
  for (const name of Object.values(names)) await listed(page, name).getByText("complete", { exact: true }).waitFor({ timeout: PATIENCE });
}

/**
 * @param {World} world
 * @param {string} [name]
 */
export function folderOf(world, name = "index.html") {
  return new URL(`complete/${world.seeded.cinema.infohash}/${name}`, world.page).href;
}

/**
 * Opens the page of the cinema, once complete-page has written it.
 *
 * @param {Page} page
 * @param {World} world
 */
export async function open(page, world) {
  await page.goto(folderOf(world));
  await page.getByRole("heading", { name: "Download all" }).waitFor();
}

/**
 * @param {Page} page
 * @returns {Promise<Listing>}
 */
export function listing(page) {
  return page.evaluate(async () => (await fetch("files.json")).json());
}

/**
 * The file as it was before it was seeded.
 *
 * @param {World} world
 * @param {string} path As in files.json.
 */
export function original(world, path) {
  const folder = join(dirname(world.seeded.cinema.torrent), "The cinema");
  return readFile(join(folder, path.replace(/^The cinema\//, "")));
}

/**
 * Waits until Chromium's own viewer, which is an extension, has taken a PDF.
 *
 * @param {Page} page
 */
export async function pdfIsShown(page) {
  const isShown = () => page.frames().some((frame) => frame.url().startsWith("chrome-extension://"));
  for (const end = Date.now() + 10_000; !isShown(); ) {
    if (Date.now() > end) throw new Error("Chromium does not show the PDF");
    await page.waitForTimeout(100);
  }
}
