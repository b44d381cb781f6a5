// The list of torrents on the real stack: what Deluge, the agent and S3 do shows without a reload, and what is
// pressed is done there.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe } from "node:test";
import { AT_ONCE, PATIENCE, answered, ask, drop, fileAt, listed, row, torrent } from "./lib/browser.js";
import { check } from "./lib/checks.js";
import { pageTest } from "./lib/page-test.js";
import { HOSTILE, manyFiles, v1 } from "./lib/torrents.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./lib/browser.js").World} World */

/** What an earlier run of the tests has added to the same stack must not be found. */
const RUN = randomUUID().slice(0, 4);

/** For what is slow on purpose. */
const LONG = 240_000;

const RIVER = "The river";

/**
 * @param {Page} page
 * @param {string} name
 */
const percent = async (page, name) => Number((await listed(page, name).locator(".state").textContent())?.match(/(\d+)%/)?.[1] ?? -1);

/**
 * @param {Page} page
 * @param {string} name
 * @param {number} above
 */
async function passes(page, name, above) {
  await page.waitForFunction(
    ([name, above]) => {
      const row = [...document.querySelectorAll("#torrents > li")].find((row) => row.querySelector("h3")?.textContent === name);
      return Number(row?.querySelector(".state")?.textContent?.match(/(\d+)%/)?.[1] ?? -1) > Number(above);
    },
    /** @type {const} */ ([name, above]),
    { timeout: LONG, polling: 500 },
  );
}

// Each waits for some minutes' status pages, and they wait together.
describe("on the real stack", { concurrency: true }, () => {
  pageTest("a download is watched, paused, gone on with and comes out, without a reload", { limit: 2 * LONG }, async ({ page, world }) => {
    await drop(page, [await fileAt(world.seeded.river.torrent)]);
    await answered(page, () => page.getByRole("button", { name: "Add torrent" }).click());
    const river = listed(page, RIVER);
    // It is in the list at once, as the same kind of row as all others.
    await river.getByRole("button", { name: "Files" }).waitFor({ timeout: AT_ONCE });
    await openStatus(page, world);
    await river.waitFor({ timeout: PATIENCE });
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await river.getByRole("button", { name: "Files" }).click();
    await river.getByText("source.txt").waitFor();
    const files = river.getByRole("button", { name: "Files" });
    await passes(page, RIVER, 0);
    await files.focus();
    const first = await percent(page, RIVER);
    await passes(page, RIVER, first);
    assert.equal(await files.evaluate((button) => button === document.activeElement), true, "the keyboard stays where it was");
    assert.equal(await files.getAttribute("aria-expanded"), "true");
    await river.getByText(/KiB\/s/).waitFor({ timeout: PATIENCE });

    await answered(page, () => river.getByRole("button", { name: "Pause" }).click());
    await river.getByText(/will be paused|paused \d/).first().waitFor({ timeout: AT_ONCE });
    await river.getByText(/paused \d+%/).waitFor({ timeout: PATIENCE });
    assert.equal((await torrent(world, world.seeded.river.infohash)).paused, true);
    await river.getByRole("button", { name: "Resume" }).click();
    await river.getByText(/downloading \d+%/).waitFor({ timeout: PATIENCE });
    await passes(page, RIVER, await percent(page, RIVER));

    const link = river.getByRole("link", { name: "source.txt" });
    await link.waitFor({ timeout: LONG });
    const href = await link.getAttribute("href");
    assert.equal((await ask(world, (href ?? "").replace(/^\//, ""))).status, 200, "a link leads somewhere as soon as it is there");
    await river.getByText("complete", { exact: true }).waitFor({ timeout: LONG });
    await river.getByRole("link", { name: "mouth.bin" }).waitFor();
    assert.equal(await page.evaluate(() => Reflect.get(window, "sameDocument")), true);
    assert.equal(await files.getAttribute("aria-expanded"), "true");

    await river.getByRole("button", { name: "Remove" }).click();
    await answered(page, () => river.getByRole("button", { name: "Remove with its files" }).click());
    await river.waitFor({ state: "detached", timeout: AT_ONCE });
    await gone(world, world.seeded.river.infohash);
  });

  pageTest("what failed says why, and can be tried again", { limit: 2 * LONG }, async ({ page, world }) => {
    const { magnet, infohash } = world.seeded.ocean;
    await page.fill("#links", magnet);
    await answered(page, () => page.getByRole("button", { name: "Add torrent" }).click());
    const ocean = listed(page, "The ocean");
    await ocean.waitFor({ timeout: AT_ONCE });
    await ocean.getByText(/1342177280 bytes/).waitFor({ timeout: LONG });
    await ocean.getByText("failed", { exact: true }).first().waitFor();
    const before = (await torrent(world, infohash)).since.failed;
    await answered(page, () => ocean.getByRole("button", { name: "Retry" }).click());
    await ocean.locator(".state-queued, .state-downloading").waitFor({ timeout: AT_ONCE });
    assert.equal(await ocean.getByText(/1342177280 bytes/).count(), 0);
    // It is as large as before.
    await ocean.getByText(/1342177280 bytes/).waitFor({ timeout: LONG });
    assert.notEqual((await torrent(world, infohash)).since.failed, before);
    await ocean.getByRole("button", { name: "Remove" }).click();
    const sure = ocean.getByRole("group", { name: "Remove it?" }).getByRole("button", { name: "Remove" });
    await answered(page, () => sure.click());
    await ocean.waitFor({ state: "detached", timeout: AT_ONCE });
  });

  pageTest("several are paused, gone on with and removed together", { limit: 3 * LONG }, async ({ page, world }) => {
    const names = [1, 2, 3].map((number) => `Together ${number} ${RUN}`);
    await drop(page, names.map((name) => ({ name: `${name}.torrent`, bytes: v1(name, manyFiles(2)) })));
    await page.getByText("3 torrents ready to add.").waitFor();
    await page.fill("#label", "Together");
    await page.getByRole("button", { name: "Add 3 torrents" }).click();
    await page.getByText("3 added.").waitFor({ timeout: 30_000 });
    const search = page.getByRole("searchbox");
    await search.fill(`together ${RUN}`);
    await page.waitForFunction(() => document.querySelectorAll("#torrents > li").length === 3);
    await page.getByLabel("Select all that are shown").check();
    await page.getByText("3 selected").waitFor();
    await page.getByRole("button", { name: "Pause 3" }).click();
    await page.getByText("3 torrents will be paused.").waitFor();
    await listed(page, names[0]).locator(".state-paused").waitFor({ timeout: LONG });
    // Nobody seeds them, so they were paused by Deluge itself and not by being done.
    await page.getByRole("button", { name: "Resume 3" }).click();
    await page.getByText("3 torrents will go on.").waitFor();
    await listed(page, names[2]).getByText(/no peers/i).waitFor({ timeout: LONG });
    await page.getByRole("search").getByLabel("Label").selectOption("Together");
    await page.getByRole("button", { name: "Remove 3" }).click();
    await page.getByRole("group", { name: "Remove 3 torrents?" }).getByRole("button", { name: "Remove" }).click();
    await page.getByText("3 torrents removed.").waitFor();
    await page.waitForFunction(() => document.querySelectorAll("#torrents > li").length === 0);
    const left = (await ask(world, "api/torrents?label=Together")).json().torrents;
    assert.deepEqual(left.map((/** @type {any} */ { name }) => name).filter((/** @type {string} */ name) => names.includes(name)), []);
  });
});

pageTest("the page as the server makes it stands the browser's checks, with hostile names", {}, async ({ page, world }) => {
  const name = `<img src=x onerror="document.title='owned'"> & ${RUN}`;
  await drop(page, [{ name: "hostile.torrent", bytes: v1(name, HOSTILE.files) }]);
  await row(page, name).getByText("ready").waitFor();
  await answered(page, () => page.getByRole("button", { name: "Add torrent" }).click());
  await listed(page, name).waitFor({ timeout: AT_ONCE });
  const answer = await openStatus(page, world);
  assert.match(answer?.headers()["content-security-policy"] ?? "", /default-src 'self'/);
  await listed(page, name).waitFor({ timeout: PATIENCE });
  await listed(page, name).getByRole("button", { name: "Files" }).click();
  await listed(page, name).getByText("passwd").waitFor();
  assert.equal(await page.locator("main img, main b, main script").count(), 0);
  await check(page);
});

/**
 * The status page, which a fresh stack makes within a minute.
 *
 * @param {Page} page
 * @param {World} world
 */
async function openStatus(page, world) {
  const end = Date.now() + PATIENCE;
  while ((await ask(world, "status/index.html")).status !== 200) {
    assert.ok(Date.now() < end, "no status page was made");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return page.goto(`${world.page}status/index.html`);
}

/**
 * @param {World} world
 * @param {string} infohash
 */
async function gone(world, infohash) {
  const end = Date.now() + PATIENCE;
  while ((await ask(world, `api/torrents/${infohash}`)).status !== 404) {
    assert.ok(Date.now() < end, "it is still there");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
