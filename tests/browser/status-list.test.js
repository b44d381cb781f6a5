// The status page where every answer of the server is made up: what takes hours, faults or luck elsewhere.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { listed } from "./lib/browser.js";
import { LOOKS, NARROW, check, sticksOut } from "./lib/checks.js";
import { MADE, manyTorrents, siteTest } from "./lib/site-test.js";
import { snapshot } from "./lib/site.js";

/** @typedef {import("playwright-core").Page} Page */

const UBUNTU = "Ubuntu 26.04 – Größe & mehr";
const FILES = [
  { index: 0, path: "Top/readme.txt", size_bytes: 700, wanted: true, stored: true, link: "/files/x/readme.txt" },
  { index: 1, path: "Top/disc 1/<b>01</b> & \u202egpj.exe", size_bytes: 70_000_000, wanted: true, stored: false },
  { index: 2, path: `Top/${"w".repeat(255)}`, size_bytes: 1, wanted: true, stored: false },
  { index: 3, path: "Top/cover.jpg", size_bytes: 33_000, wanted: false, stored: false },
];

for (const [look, context] of LOOKS) {
  siteTest(`${look}, axe finds nothing on the status page and nothing sticks out`, { context }, async ({ page, site, open }) => {
    site.api = () => ({ status: 200, body: { ...site.status.torrents[0], files: FILES } });
    await open();
    await page.getByRole("searchbox").waitFor();
    await check(page);
    await listed(page, UBUNTU).getByRole("button", { name: "Files" }).click();
    await page.getByRole("link", { name: "readme.txt" }).waitFor();
    await page.getByLabel("Select all that are shown").check();
    await listed(page, "dead.torrent").getByRole("button", { name: "Remove" }).click();
    await check(page);
    await page.getByRole("searchbox").fill("nothing is called that");
    await page.getByText("No torrent is like that.").waitFor();
    await check(page);
    site.status = { ...site.status, fresh_until: "2026-03-01T11:00:00Z", generated_at: "2026-03-01T10:55:00Z" };
    await page.getByText("Out of date: made 1 h 5 min ago").waitFor();
    await check(page);
  });
}

siteTest("without JavaScript everything is told and nothing can be pressed", { context: { javaScriptEnabled: false, ...NARROW } }, async ({ page, open }) => {
  await open();
  assert.equal(await page.locator("#torrents > li").count(), 10);
  await listed(page, UBUNTU).getByText("3.1 MiB/s").waitFor();
  await page.getByText("While torrents are active this page is made again").waitFor();
  assert.equal(await page.locator("button, input, select").filter({ visible: true }).count(), 0);
  await sticksOut(page);
});

siteTest("an empty list says what to do", {}, async ({ page, site, open }) => {
  site.html = await snapshot("status__the_page_of_nothing_says_what_to_do");
  site.status = JSON.parse(await snapshot("status__json_of_nothing"));
  await open();
  await page.getByText("Nothing is active, and nothing has changed for").waitFor();
  await page.getByText("No torrents yet.").waitFor();
  assert.equal(await page.getByRole("searchbox").isVisible(), false);
  await check(page);
});

siteTest("the status is asked for with its ETag every 5 s, and not while nobody looks", {}, async ({ page, site, open }) => {
  await open();
  await page.waitForFunction(() => document.querySelector("#age")?.textContent?.startsWith("Made"));
  await sleep(11_000);
  assert.deepEqual(site.readings, [200, 304, 304]);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await sleep(6_000);
  const before = site.readings.length;
  await sleep(6_000);
  assert.equal(site.readings.length, before, "a page that is hidden asks for nothing");
  site.status = { ...site.status, generated_at: "2026-03-01T12:00:20Z" };
  await page.evaluate(() => {
    Reflect.deleteProperty(document, "hidden");
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await page.waitForFunction(() => /^Made 1?\d s ago/.test(document.querySelector("#age")?.textContent ?? ""), null, { timeout: 3000 });
  assert.equal(site.readings.at(-1), 200);
});

siteTest("how old it is, counts on, by the server's clock, and too old is said", { context: { timezoneId: "Asia/Tokyo" } }, async ({ page, site, open }) => {
  await open();
  const age = page.locator("#age");
  await age.filter({ hasText: /^Made 1[2-5] s ago\.$/ }).waitFor();
  await age.filter({ hasText: /^Made 1[6-9] s ago\.$/ }).waitFor();
  site.now = () => new Date(MADE + 300_000 + 1_000);
  site.status = { ...site.status, totals: { ...site.status.totals, active: 6 } };
  await age.filter({ hasText: /^Out of date: made 5 min( \d+ s)? ago, and never since/ }).waitFor({ timeout: 10_000 });
  assert.equal(await page.getByRole("status").textContent(), "The list is out of date.");
});

siteTest("a status that cannot be read is said, and the rows stay", { expects: /status of 500|404/ }, async ({ page, site, open }) => {
  await open();
  await page.getByText("Made").waitFor();
  await page.route("**/status.json", (route) => route.fulfill({ status: 500, body: "" }));
  await page.getByText("The list could not be read just now: this one was made").waitFor({ timeout: 10_000 });
  assert.equal(await page.locator("#torrents > li").count(), site.status.torrents.length - 1);
  await page.unroute("**/status.json");
  await page.getByText(/^Made \d+ s ago/).waitFor({ timeout: 10_000 });
});

siteTest("whoever is signed out meanwhile is told and can sign in again", { expects: /status of 401/ }, async ({ page, site, open }) => {
  await open();
  await page.getByText("Made").waitFor();
  site.isSignedOut = true;
  const link = page.getByRole("link", { name: "Sign in" });
  await link.waitFor({ timeout: 10_000 });
  assert.equal(await link.getAttribute("href"), "/sign-in.html?to=%2Fstatus%2Findex.html");
  await listed(page, UBUNTU).waitFor();
  await check(page);
  site.isSignedOut = false;
  await page.getByText(/^Made \d+ s ago/).waitFor({ timeout: 10_000 });
});

siteTest("rows change in place: focus, selection, an open row and the elements stay", {}, async ({ page, site, open }) => {
  site.api = () => ({ status: 200, body: { ...site.status.torrents[0], files: FILES } });
  await open();
  const row = listed(page, UBUNTU);
  await row.getByRole("button", { name: "Files" }).click();
  await row.getByRole("link", { name: "readme.txt" }).waitFor();
  await row.getByRole("checkbox").check();
  const link = row.getByRole("link", { name: UBUNTU });
  await link.focus();
  await page.evaluate(() => {
    const watched = document.querySelectorAll("#torrents > li:first-child *");
    Object.assign(window, { watched: [...watched], removed: 0 });
    new MutationObserver((changes) => {
      for (const { removedNodes } of changes) for (const node of removedNodes) if (node instanceof Element) Object.assign(window, { removed: Reflect.get(window, "removed") + 1 });
    }).observe(document.querySelector("#torrents") ?? document.body, { childList: true, subtree: true });
  });
  const [first] = site.status.torrents;
  const fresh = { ...first, added_at: "2026-03-01T12:00:01Z", infohash: "f".repeat(40), name: "Somebody else's" };
  first.progress = { ...first.progress, downloaded_bytes: 3 * 1024 ** 3, download_rate: 9_000_000 };
  first.stored_bytes = 2 * 1024 ** 3;
  const answers = [{ ...FILES[0] }, { ...FILES[1], stored: true, link: "/files/x/01" }, FILES[2], FILES[3]];
  site.api = () => ({ status: 200, body: { ...first, files: answers } });
  site.status = { ...site.status, generated_at: "2026-03-01T12:00:20Z", torrents: [fresh, ...site.status.torrents] };
  await row.getByText("downloading 75%").waitFor({ timeout: 8_000 });
  await row.getByText("8.6 MiB/s").waitFor();
  await listed(page, "Somebody else's").waitFor();
  await row.getByRole("link", { name: "disc 1/<b>01</b>" }).waitFor();
  const seen = await page.evaluate(() => ({
    removed: Reflect.get(window, "removed"),
    gone: Reflect.get(window, "watched").filter((/** @type {Element} */ element) => !element.isConnected).map((/** @type {Element} */ element) => element.outerHTML),
    focus: document.activeElement?.textContent,
    width: document.querySelector("#torrents > li:nth-child(2) .bar-downloaded")?.getAttribute("width"),
  }));
  // The file whose link appeared became a link; nothing else was made again.
  assert.deepEqual(seen.gone.length, seen.gone.filter((/** @type {string} */ html) => /file-name|folder|bdi/.test(html)).length, seen.gone.join("\n"));
  assert.equal(seen.removed, 1);
  assert.equal(seen.focus, UBUNTU);
  assert.equal(seen.width, "75");
  assert.ok(await row.getByRole("checkbox").isChecked());
  assert.equal(await row.getByRole("button", { name: "Files" }).getAttribute("aria-expanded"), "true");
});

siteTest("filters and orders", {}, async ({ page, site, open }) => {
  site.status.torrents = manyTorrents(30);
  await open();
  const names = () => page.locator("#torrents h3").allTextContents();
  await page.getByRole("searchbox").fill("TORRENT 02");
  assert.deepEqual(await names(), ["Torrent 002", ...Array.from({ length: 10 }, (_, at) => `Torrent 02${at}`)]);
  await page.getByRole("status").filter({ hasText: "11 of 30 torrents" }).waitFor();
  await page.getByLabel("State").selectOption("failed");
  assert.deepEqual(await names(), ["Torrent 026"]);
  await page.getByRole("searchbox").fill("");
  assert.deepEqual(await names(), ["Torrent 006", "Torrent 016", "Torrent 026"]);
  await page.getByLabel("State").selectOption("");
  await page.getByLabel("Label").selectOption("Linux");
  assert.equal((await names()).length, 10);
  await page.getByLabel("Order").selectOption("size");
  const sizes = await page.evaluate(() => [...document.querySelectorAll("#torrents li.torrent")].map((row) => row.textContent?.match(/([\d.]+) GiB/g)?.at(-1)));
  assert.equal(new Set(sizes).size > 1, true);
  await page.getByLabel("Order").selectOption("name");
  assert.deepEqual(await names(), [...(await names())].sort());
  await page.getByRole("searchbox").fill("no such");
  await page.getByRole("button", { name: "Show all" }).click();
  assert.equal((await names()).length, 30);
  // The keyboard is where one goes on.
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search");
});

siteTest("rows do not run away from under a hand", {}, async ({ page, site, open }) => {
  site.status.torrents = manyTorrents(20);
  await open();
  await page.getByLabel("Order").selectOption("speed");
  const names = () => page.locator("#torrents h3").allTextContents();
  const before = await names();
  await page.locator("#torrents > li").first().hover();
  const slow = site.status.torrents.find((/** @type {any} */ { name }) => name === before[1]);
  slow.progress = { ...slow.progress, download_rate: 99_000_000 };
  site.status = { ...site.status, generated_at: "2026-03-01T12:00:20Z" };
  await listed(page, before[1]).getByText("94.4 MiB/s").waitFor({ timeout: 8_000 });
  assert.deepEqual(await names(), before);
  await page.mouse.move(0, 0);
  site.status = { ...site.status, generated_at: "2026-03-01T12:00:30Z" };
  await page.waitForFunction((name) => document.querySelector("#torrents h3")?.textContent === name, before[1], { timeout: 8_000 });
});

siteTest("some are done and some are not: it is said how many, and in the rows why", { expects: /status of 409/ }, async ({ page, site, open }) => {
  site.status.torrents = manyTorrents(10);
  site.api = (method, path) => {
    const record = site.status.torrents.find((/** @type {any} */ { infohash }) => path.includes(infohash));
    if (record.name === "Torrent 001") return { status: 409, body: { title: "Conflict", detail: "a torrent that is complete cannot be paused" } };
    return { status: 202, body: { ...record, paused: method === "POST" && path.endsWith("/pause") } };
  };
  await open();
  await page.getByLabel("Select all that are shown").check();
  await page.getByText("10 selected").waitFor();
  await page.getByRole("button", { name: "Pause 4" }).click();
  await page.getByRole("status").filter({ hasText: "3 torrents will be paused, 1 not, see why in the rows." }).waitFor();
  await listed(page, "Torrent 001").getByText("a torrent that is complete cannot be paused").waitFor();
  await listed(page, "Torrent 000").getByText("will be paused").waitFor();
  assert.equal(site.calls.length, 4);
  await page.getByRole("button", { name: "Retry 1" }).waitFor();
  await page.getByRole("button", { name: "Resume 3" }).waitFor();
});

siteTest("removing asks first, in place, and Escape takes it back", {}, async ({ page, site, open }) => {
  site.status.torrents = manyTorrents(5);
  site.api = (method, path) => {
    const record = site.status.torrents.find((/** @type {any} */ { infohash }) => path.includes(infohash));
    return { status: 202, body: { ...record, state: method === "DELETE" ? "removed" : record.state } };
  };
  await open();
  const row = listed(page, "Torrent 002");
  const remove = row.getByRole("button", { name: "Remove Torrent 002" });
  await remove.focus();
  await page.keyboard.press("Enter");
  const question = row.getByRole("group", { name: "Remove it? Its files are in S3." });
  await question.waitFor();
  // Enter twice does no harm.
  await page.keyboard.press("Enter");
  assert.deepEqual([site.calls, await remove.evaluate((button) => button === document.activeElement)], [[], true]);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  assert.deepEqual([site.calls, await question.count()], [[], 0]);
  await page.keyboard.press("Enter");
  await question.getByRole("button", { name: "Remove, keep its files" }).click();
  await row.waitFor({ state: "detached" });
  assert.deepEqual(site.calls, [`DELETE /api/torrents/${"2".padStart(40, "0")}?data=keep`]);
  // The keyboard is on the next row, and what the server wrote before does not bring the row back.
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Select Torrent 003");
  site.status = { ...site.status, generated_at: "2026-03-01T12:00:08Z" };
  await sleep(6_000);
  assert.equal(await row.count(), 0);
  await listed(page, "Torrent 001").getByRole("button", { name: "Remove" }).click();
  await page.getByRole("group", { name: "Remove it?" }).getByRole("button", { name: "Remove" }).click();
  await listed(page, "Torrent 001").waitFor({ state: "detached" });
});

siteTest("arrow keys lead from row to row", {}, async ({ page, site, open }) => {
  site.status.torrents = manyTorrents(3);
  await open();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  await listed(page, "Torrent 000").getByRole("checkbox").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), "Select Torrent 002");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  await page.getByText("1 selected").waitFor();
  assert.equal(await focused(), "Select Torrent 001");
});

siteTest("hostile names are text", { context: NARROW }, async ({ page, site, open }) => {
  const hostile = "<img src=x onerror=\"document.title='owned'\"> \u202egpj.exe 👩‍👩‍👧‍👦 שלום ";
  const [first] = site.status.torrents;
  site.status.torrents = [{ ...first, name: hostile + "W".repeat(255), label: "W".repeat(50), worker: "<b>i-live</b>" }, ...manyTorrents(2)];
  site.api = () => ({ status: 200, body: { ...first, files: FILES } });
  await open();
  const title = await page.title();
  const row = page.locator("#torrents > li").first();
  await row.getByRole("button", { name: "Files" }).click();
  await row.getByText("<b>01</b>").waitFor();
  await row.getByRole("button", { name: "Remove" }).click();
  await sticksOut(page);
  assert.equal(await page.locator("main img, main b, main script").count(), 0);
  assert.equal(await page.title(), title);
  await check(page);
});

siteTest("many files come in steps", {}, async ({ page, site, open }) => {
  const all = Array.from({ length: 250 }, (_, index) => ({ index, path: `Top/file ${index}`, size_bytes: index, wanted: true, stored: false }));
  site.api = (_, path) => {
    const from = Number(new URLSearchParams(path.split("?")[1]).get("files_from"));
    const files_next = from + 120 < all.length ? from + 120 : undefined;
    return { status: 200, body: { ...site.status.torrents[0], files: all.slice(from, from + 120), files_next } };
  };
  await open();
  const row = listed(page, UBUNTU);
  await row.getByRole("button", { name: "Files" }).click();
  await row.getByText("file 99", { exact: true }).waitFor();
  assert.equal(await row.locator(".file-list > li").count(), 100);
  await check(page);
  await row.getByRole("button", { name: "Show 100 more" }).click();
  await row.getByText("file 199", { exact: true }).waitFor();
  await row.getByRole("button", { name: "Show 100 more" }).click();
  await row.getByText("file 249", { exact: true }).waitFor();
  assert.equal(await row.locator(".file-list > li").count(), 250);
  assert.equal(await row.getByRole("button", { name: /^Show/ }).count(), 0);
});

siteTest("a hundred torrents that all move stay smooth", {}, async ({ page, site, open, log }) => {
  site.status.torrents = manyTorrents(100);
  await open();
  await page.getByRole("searchbox").waitFor();
  await page.evaluate(() => {
    Object.assign(window, { longest: 0 });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) Object.assign(window, { longest: Math.max(Reflect.get(window, "longest"), duration) });
    }).observe({ type: "longtask" });
  });
  for (const tick of [1, 2]) {
    site.status = { ...site.status, generated_at: `2026-03-01T12:00:1${tick}Z`, torrents: manyTorrents(100, tick) };
    await sleep(5_500);
  }
  await listed(page, "Torrent 000").getByText("downloading 2%").waitFor();
  const longest = await page.evaluate(() => Reflect.get(window, "longest"));
  log(`the longest task while 100 rows changed took ${longest} ms`);
  assert.ok(longest < 200, `${longest} ms`);
});
