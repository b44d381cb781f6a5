import assert from "node:assert/strict";
import { FILM, listing, open, original, pdfIsShown, store } from "./lib/cinema.js";
import { pageTest } from "./lib/page-test.js";

/** @typedef {import("playwright-core").Page} Page */

const PLAYER = "#player video";
const SECOND = "02 Ørsted & friends 100% #2.webm";
const THIRD = "03 tone.ogg";

pageTest("a torrent of films, pictures and papers is stored", {}, async ({ page, world }) => {
  await store(page, world, { cinema: "The cinema", poem: "The poem", book: "The book" });
  await open(page, world);
  const { files } = await listing(page);
  assert.equal(files.length, 16);
  for (const { path, url } of files) {
    const base64 = await page.evaluate(async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer()).toBase64(), url);
    assert.ok(Buffer.from(base64, "base64").equals(await original(world, path)), path);
  }
});

pageTest("a film plays and seeks by ranges", {}, async ({ page, world }) => {
  /** @type {{ range: string, status: number }[]} */
  const answers = [];
  page.on("response", (response) => {
    const range = response.request().headers().range;
    if (response.url().endsWith(".mp4")) answers.push({ range, status: response.status() });
  });
  await open(page, world);
  await ready(page);
  assert.equal(Math.round(await now(page, "duration")), 60);
  await page.locator(PLAYER).evaluate((video) => {
    if (video instanceof HTMLVideoElement) video.muted = true;
  });
  await page.locator(PLAYER).focus();
  await page.keyboard.press("k");
  await reaches(page, 0.5);
  assert.equal(await colour(page), "red");
  await seek(page, 50);
  assert.equal(await colour(page), "blue");
  await seek(page, 30);
  assert.equal(await colour(page), "green");
  assert.ok(answers.every(({ status }) => status === 206), JSON.stringify(answers));
  // The index is behind eight mebibytes of nothing, which nobody should read to find it.
  assert.ok(answers.some(({ range }) => Number(/^bytes=(\d+)-/.exec(range)?.[1]) > 8 * 1024 * 1024), JSON.stringify(answers));
});

pageTest("keys and buttons go from file to file", {}, async ({ page, world }) => {
  await open(page, world);
  await ready(page);
  const playing = page.locator("#player .playing");
  const previous = page.getByRole("button", { name: "Previous" });
  assert.equal(await previous.getAttribute("aria-disabled"), "true");
  await page.locator(PLAYER).focus();
  await page.keyboard.press("n");
  await playing.getByText(SECOND).waitFor();
  await page.getByText("2 of 3").waitFor();
  await page.keyboard.press("p");
  await playing.getByText(FILM).waitFor();
  await ready(page);
  await page.keyboard.press("l");
  await reaches(page, 9.5);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("m");
  assert.equal(await page.locator(PLAYER).evaluate((video) => video instanceof HTMLVideoElement && video.muted), true);
  await page.getByRole("button", { name: `Play ${SECOND}` }).click();
  await playing.getByText(SECOND).waitFor();
  assert.equal(await page.locator("#files [aria-current=true]").textContent(), SECOND);
  // At its end the next one begins.
  await ready(page);
  await page.locator(PLAYER).evaluate((video) => {
    if (video instanceof HTMLVideoElement) video.currentTime = video.duration - 0.4;
  });
  await playing.getByText(THIRD).waitFor();
  await reaches(page, 0.2);
  assert.equal(await page.getByRole("button", { name: "Next" }).getAttribute("aria-disabled"), "true");
});

pageTest("a film goes on where it was left", {}, async ({ page, world }) => {
  await open(page, world);
  await ready(page);
  await seek(page, 25);
  await page.reload();
  await ready(page);
  await reaches(page, 24.5);
  assert.equal(Math.round(await now(page, "currentTime")), 25);
  assert.equal(await colour(page), "green");
  // Nobody wants to come back to the credits.
  await seek(page, 55);
  await page.reload();
  await ready(page);
  assert.equal(await now(page, "currentTime"), 0);
});

pageTest("subtitles come with the film of their name", {}, async ({ page, world }) => {
  await open(page, world);
  await ready(page);
  await page.waitForFunction((selector) => {
    const media = document.querySelector(selector);
    return media instanceof HTMLMediaElement && media.textTracks.length === 2;
  }, PLAYER);
  await page.locator(PLAYER).evaluate((video) => {
    if (video instanceof HTMLVideoElement) for (const track of video.textTracks) track.mode = "showing";
  });
  /** @param {number} at */
  const said = async (at) => {
    await seek(page, at);
    return page.locator(PLAYER).evaluate((video) => {
      const tracks = video instanceof HTMLVideoElement ? [...video.textTracks] : [];
      return tracks.map(({ label, language, activeCues }) => [label, language, [...(activeCues ?? [])].map((cue) => Reflect.get(cue, "text")).join()]).sort();
    });
  };
  assert.deepEqual(await said(5), [["de", "de", "Es ist rot."], ["en", "en", "It is red."]]);
  assert.deepEqual(await said(30), [["de", "de", ""], ["en", "en", "It is <i>green</i>,\nand not & never <b>blue</b>."]]);
  // They are this film's.
  await page.locator(PLAYER).focus();
  await page.keyboard.press("n");
  await ready(page);
  assert.equal(await page.locator(PLAYER).evaluate((video) => video instanceof HTMLVideoElement && video.textTracks.length), 0);
});

pageTest("pictures are a gallery", {}, async ({ page, world }) => {
  await open(page, world);
  const pictures = page.locator(".gallery button");
  const names = await page.locator(".gallery img").evaluateAll((images) => images.map((image) => image.getAttribute("alt")));
  assert.deepEqual(names, ["picture.svg", "1 dawn.png", "2 coast.jpg", "10 reef.webp"]);
  assert.ok(await page.locator(".gallery img").evaluateAll((images) => images.every((image) => image.getAttribute("loading") === "lazy")));
  await pictures.first().scrollIntoViewIfNeeded();
  await page.waitForFunction(() => [...document.querySelectorAll(".gallery img")].every((image) => image instanceof HTMLImageElement && image.naturalWidth > 0));
  await pictures.nth(1).click();
  const dialog = page.getByRole("dialog");
  const large = dialog.locator("img");
  assert.equal(await large.getAttribute("alt"), "1 dawn.png");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.equal(await large.getAttribute("alt"), "10 reef.webp");
  assert.equal(await dialog.getByRole("button", { name: "Next" }).getAttribute("aria-disabled"), "true");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await large.getAttribute("alt"), "2 coast.jpg");
  assert.ok(await large.evaluate((image) => image instanceof HTMLImageElement && image.decode().then(() => image.naturalWidth === 480)));
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement?.closest(".gallery") !== null), true, "the focus is where it was");
});

// Of an empty file no first byte can be had.
pageTest("text and PDF are read in place, whatever they say", { expects: /status of 416/ }, async ({ page, world }) => {
  await open(page, world);
  const title = await page.title();
  const dialog = page.getByRole("dialog");
  const hostile = "<img src=x onerror=document.title='owned'>.html";
  /** @type {[string, RegExp][]} */
  const texts = [
    ["notes.txt", /^Notes – ünï\+côde, 100%\.\n<script>document\.title='owned'<\/script>\n$/],
    ["empty.txt", /^The file is empty\.$/],
    [hostile, /^<!doctype html><title>quiet/],
    ["01 colours.en.srt", /It is red/],
  ];
  for (const [name, words] of texts) {
    await page.getByRole("button", { name: `Read ${name}`, exact: true }).click();
    await page.waitForFunction(() => !/^Loading/.test(document.querySelector("dialog pre")?.textContent ?? "Loading"));
    assert.match((await dialog.locator("pre").textContent()) ?? "", words);
    await dialog.getByRole("button", { name: "Close" }).click();
  }
  await page.getByRole("button", { name: "Read paper.pdf" }).click();
  await pdfIsShown(page);
  await dialog.getByRole("button", { name: "Close" }).click();
  assert.equal(await page.title(), title);
});

/** @param {Page} page */
async function ready(page) {
  await page.waitForFunction((selector) => {
    const media = document.querySelector(selector);
    return media instanceof HTMLMediaElement && media.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }, PLAYER);
}

/**
 * @param {Page} page
 * @param {number} seconds
 */
async function reaches(page, seconds) {
  await page.waitForFunction(([selector, seconds]) => {
    const media = document.querySelector(String(selector));
    return media instanceof HTMLMediaElement && media.currentTime >= Number(seconds);
  }, [PLAYER, seconds]);
}

/**
 * @param {Page} page
 * @param {"currentTime" | "duration"} what
 * @returns {Promise<number>}
 */
function now(page, what) {
  return page.locator(PLAYER).evaluate((media, what) => Reflect.get(media, what), what);
}

/**
 * @param {Page} page
 * @param {number} seconds
 */
async function seek(page, seconds) {
  await page.locator(PLAYER).evaluate(async (media, seconds) => {
    if (!(media instanceof HTMLMediaElement)) return;
    media.pause();
    const done = new Promise((resolve) => media.addEventListener("seeked", resolve, { once: true }));
    media.currentTime = seconds;
    await done;
  }, seconds);
}

/**
 * @param {Page} page
 * @returns {Promise<string>} What the frame is filled with.
 */
function colour(page) {
  return page.locator(PLAYER).evaluate((video) => {
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    if (!context || !(video instanceof HTMLVideoElement)) return "nothing";
    context.drawImage(video, 0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    const strongest = Math.max(red, green, blue);
    return strongest < 100 ? "nothing" : strongest === red ? "red" : strongest === green ? "green" : "blue";
  });
}
