// Everything at once: lists and the zip.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { folderOf, listing, open, original, store } from "./lib/cinema.js";
import { pageTest } from "./lib/page-test.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./lib/browser.js").World} World */

const run = promisify(execFile);
const LARGE = { encoding: /** @type {const} */ ("buffer"), maxBuffer: 64 * 1024 * 1024 };

pageTest("the lists name every file", {}, async ({ page, world }) => {
  await store(page, world, { cinema: "The cinema" });
  await open(page, world);
  const { files } = await listing(page);
  const site = new URL(world.page).origin;
  const links = files.map(({ url }) => site + url);
  const names = await page.locator("#all a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.deepEqual(names, ["all.zip", "playlist.m3u8", "urls.txt", "aria2.txt", "curl.txt", "files.json"]);
  /** @param {string} name */
  const text = (name) => page.evaluate(async (name) => (await fetch(name)).text(), name);
  assert.deepEqual((await text("urls.txt")).trim().split("\n"), links);
  const aria2 = files.map(({ path }, at) => `${links[at]}\n  out=${path}\n`);
  assert.equal(await text("aria2.txt"), aria2.join(""));
  const curl = await text("curl.txt");
  for (const link of links) assert.ok(curl.includes(`url = "${link}"\n`), link);
  const played = (await text("playlist.m3u8")).trim().split("\n");
  assert.equal(played[0], "#EXTM3U");
  assert.deepEqual(played.filter((line) => !line.startsWith("#")), links.filter((link) => /\.(mp4|webm|ogg)$/.test(link)));
  assert.equal(played[3], "#EXTINF:-1,02 Ørsted & friends 100% #2.webm");
});

pageTest("the zip comes in two halves, and as a download", { expects: /status of 416/ }, async ({ page, world, log }) => {
  await open(page, world);
  await page.getByRole("link", { name: "Download as zip" }).waitFor();
  const start = Date.now();
  const probe = await part(page, "bytes=0-0");
  assert.equal(probe.status, 206);
  const size = Number(probe.range?.split("/")[1]);
  const middle = Math.floor(size / 2) + 1;
  const first = await part(page, `bytes=0-${middle - 1}`);
  const second = await part(page, `bytes=${middle}-`, { "if-range": first.etag ?? "" });
  assert.deepEqual([first.status, second.status], [206, 206]);
  assert.equal(second.range, `bytes ${middle}-${size - 1}/${size}`);
  assert.deepEqual([first.bytes.length, second.bytes.length], [middle, size - middle]);
  log(`two halves of ${size} bytes took ${Date.now() - start} ms`);
  const other = await part(page, "bytes=5-9", { "if-range": '"another"' });
  assert.deepEqual([other.status, other.bytes.length], [200, size], "what has changed begins again");
  assert.equal((await part(page, `bytes=${size}-`)).status, 416);
  await isWhole(page, world, Buffer.concat([first.bytes, second.bytes]));
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download as zip" }).click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), "The cinema.zip");
  const whole = await readFile(await download.path());
  assert.ok(whole.equals(other.bytes), "the download is the same, byte for byte");
});

/**
 * @param {Page} page
 * @param {string} range
 * @param {Record<string, string>} [more]
 */
async function part(page, range, more = {}) {
  const answer = await page.evaluate(async (headers) => {
    const answer = await fetch("all.zip", { headers });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return { status: answer.status, range: answer.headers.get("content-range"), etag: answer.headers.get("etag"), base64: bytes.toBase64() };
  }, { range, ...more });
  return { ...answer, bytes: Buffer.from(answer.base64, "base64") };
}

/**
 * Info-ZIP finds no fault, and what it unpacks are the files as they were, in the order of files.json.
 *
 * @param {Page} page
 * @param {World} world
 * @param {Buffer} zip
 */
async function isWhole(page, world, zip) {
  const folder = await mkdtemp(join(tmpdir(), "zip-"));
  try {
    const file = join(folder, "all.zip");
    await writeFile(file, zip);
    const { stdout } = await run("unzip", ["-t", file], { env: { ...process.env, LC_ALL: "C.UTF-8" } });
    assert.match(stdout, /No errors detected/);
    const unpacked = await run("unzip", ["-p", file], LARGE);
    const { files } = await listing(page);
    const wanted = await Promise.all(files.map(({ path }) => original(world, path)));
    assert.ok(unpacked.stdout.equals(Buffer.concat(wanted)), `what ${folderOf(world, "all.zip")} unpacks to`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
