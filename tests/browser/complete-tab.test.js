// A file in a tab of its own: what can be seen is seen, and nothing of it runs.

import assert from "node:assert/strict";
import { listing, open, pdfIsShown, store } from "./lib/cinema.js";
import { pageTest } from "./lib/page-test.js";

/** @typedef {import("playwright-core").Page} Page */

// A page inside a torrent tries to run things, and the browser says that it may not.
const REFUSED = { expects: /sandbox|Content Security Policy|favicon/ };

pageTest("films, sound and pictures are shown", REFUSED, async ({ page, world }) => {
  await store(page, world, { cinema: "The cinema" });
  const urls = await links(page, world);
  for (const name of ["01 colours.mp4", "03 tone.ogg"]) {
    await page.goto(urls(name));
    await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= HTMLMediaElement.HAVE_METADATA);
    assert.ok(await page.locator("video").evaluate((video) => video instanceof HTMLVideoElement && video.controls), name);
  }
  for (const name of ["1 dawn.png", "2 coast.jpg", "10 reef.webp"]) {
    await page.goto(urls(name));
    const width = await page.locator("img").evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0));
    assert.ok(width > 0, name);
    // Chromium centres a picture on a dark page, by inline style.
    assert.notEqual(await page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor), "rgba(0, 0, 0, 0)", name);
  }
});

pageTest("a PDF is shown where the browser can", REFUSED, async ({ page, world }) => {
  const urls = await links(page, world);
  await page.goto(urls("paper.pdf"));
  await pdfIsShown(page);
});

pageTest("a page inside a torrent is saved and does not run", REFUSED, async ({ page, world }) => {
  const urls = await links(page, world);
  const hostile = ["<img src=x onerror=document.title='owned'>.html", "picture.svg"];
  for (const name of [...hostile, "notes.txt"]) {
    const headers = await headersOf(page, urls(name));
    const policy = headers["content-security-policy"] ?? "";
    assert.match(policy, /^sandbox allow-same-origin;/);
    assert.ok(!/script|allow-forms|allow-popups|allow-top/.test(policy), policy);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["content-disposition"], hostile.includes(name) ? "attachment" : undefined, name);
  }
  for (const name of hostile) {
    const saved = page.waitForEvent("download");
    await assert.rejects(page.goto(urls(name)), /Download is starting|ERR_ABORTED/);
    await (await saved).cancel();
    assert.ok(!(await page.title()).includes("owned"), name);
  }
  await page.goto(urls("notes.txt"));
  assert.ok(!(await page.title()).includes("owned"));
});

/**
 * @param {Page} page
 * @param {string} url
 * @returns {Promise<Record<string, string>>}
 */
function headersOf(page, url) {
  return page.evaluate(async (url) => Object.fromEntries((await fetch(url)).headers), url);
}

/**
 * @param {Page} page
 * @param {import("./lib/browser.js").World} world
 * @returns {Promise<(name: string) => string>} The address of the file with this name.
 */
async function links(page, world) {
  await open(page, world);
  const { files } = await listing(page);
  return (name) => {
    const file = files.find(({ path }) => path.endsWith(`/${name}`));
    assert.ok(file, name);
    return new URL(file.url, world.page).href;
  };
}
