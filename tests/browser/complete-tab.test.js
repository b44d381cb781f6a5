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
  await page.goto(urls("picture.svg"));
  assert.ok(await isColourful(page), "the drawing is drawn");
});

pageTest("a PDF is shown where the browser can", REFUSED, async ({ page, world }) => {
  const urls = await links(page, world);
  await page.goto(urls("paper.pdf"));
  await pdfIsShown(page);
});

pageTest("a page inside a torrent does not run", REFUSED, async ({ page, world }) => {
  const urls = await links(page, world);
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  for (const name of ["<img src=x onerror=document.title='owned'>.html", "picture.svg", "notes.txt"]) {
    const answer = await page.goto(urls(name));
    const policy = answer?.headers()["content-security-policy"] ?? "";
    assert.match(policy, /^sandbox allow-same-origin;/);
    assert.ok(!/script|allow-forms|allow-popups|allow-top/.test(policy), policy);
    assert.equal(answer?.headers()["x-content-type-options"], "nosniff");
    await page.waitForTimeout(300);
    assert.ok(!(await page.title()).includes("owned"), name);
  }
  assert.equal(asked.filter((url) => !/\.(html|svg|txt)$|favicon/.test(url)).length, 0, asked.join());
});

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

/** @param {Page} page */
async function isColourful(page) {
  const picture = await page.screenshot();
  // A PNG of one colour is small.
  return picture.length > 4_000;
}
