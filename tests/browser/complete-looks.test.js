import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { LOOKS, NARROW, check, sticksOut } from "./lib/checks.js";
import { folderOf, open, store } from "./lib/cinema.js";
import { pageTest } from "./lib/page-test.js";

/** @typedef {import("playwright-core").Page} Page */

/** Of HTML, CSS and scripts, as they travel. */
const BUDGET_BYTES = 50 * 1024;

pageTest("there is something to look at", {}, async ({ page, world }) => {
  await store(page, world, { cinema: "The cinema", poem: "The poem", book: "The book" });
  await open(page, world);
});

for (const [look, context] of LOOKS) {
  pageTest(`${look}, the complete page and the library have no fault`, { context }, async ({ page, world }) => {
    await open(page, world);
    await page.getByRole("link", { name: "Download as zip" }).waitFor();
    await check(page);
    await page.getByRole("button", { name: "Read notes.txt" }).click();
    await page.getByText("Notes – ünï+côde, 100%.").waitFor();
    await check(page);
    await page.keyboard.press("Escape");
    await page.locator(".gallery button").first().click();
    await check(page);
    await page.goto(new URL("complete/index.html", world.page).href);
    await page.getByRole("link", { name: "The cinema" }).waitFor();
    await check(page);
  });
}

pageTest("hostile names are text", { context: NARROW }, async ({ page, world }) => {
  await open(page, world);
  await page.getByRole("link", { name: "<img src=x onerror=document.title='owned'>.html", exact: true }).waitFor();
  await page.getByRole("link", { name: "javascript:alert(1)", exact: true }).waitFor();
  await page.getByRole("link", { name: "שלום עולם 👩‍👩‍👧‍👦 🎉 a+b=c?.txt", exact: true }).waitFor();
  assert.equal(await page.locator("main img[src=x], main script").count(), 0);
  assert.match(await page.title(), /The cinema/);
  await sticksOut(page);
});

pageTest("without JavaScript everything is there but the zip", { context: { javaScriptEnabled: false } }, async ({ page, world }) => {
  await page.goto(folderOf(world));
  assert.equal(await page.getByRole("link", { name: /./ }).and(page.locator("#files a")).count(), 16);
  assert.ok(await page.locator("#player video[controls][src]").isVisible());
  assert.equal(await page.locator(".gallery img[src]").count(), 4);
  assert.ok(await page.getByText(/^kept until \d{4}-\d\d-\d\d 00:00 UTC$/).isVisible());
  assert.ok(await page.locator("#zip").isHidden());
  await page.getByRole("link", { name: "Links", exact: true }).waitFor();
  await page.goto(new URL("complete/index.html", world.page).href);
  await page.getByRole("link", { name: "The cinema" }).waitFor();
  assert.ok(await page.getByText(/^kept until /).first().isVisible());
  assert.ok(await page.locator("#search").isHidden());
});

pageTest("the library is searched and put in order", {}, async ({ page, world }) => {
  await page.goto(new URL("complete/index.html", world.page).href);
  const rows = page.locator("#library > li > a");
  const names = () => rows.allTextContents();
  const before = await names();
  assert.ok(before.includes("The cinema") && before.includes("The poem"), before.join());
  await page.getByText(/\(3[01] days left\)/).first().waitFor();
  await page.getByLabel("Search").fill("CINÉMA");
  await page.getByText("1 torrent found").waitFor();
  assert.deepEqual(await names(), ["The cinema"]);
  await page.getByLabel("Search").fill("no such thing");
  await page.getByText("0 torrents found").waitFor();
  await page.getByLabel("Search").fill("");
  await page.getByLabel("Kind").selectOption("text");
  await page.getByText(/\d torrents? found/).waitFor();
  assert.ok(!(await names()).includes("The cinema"), "it is a film");
  await page.getByLabel("Kind").selectOption("");
  await page.getByLabel("Order").selectOption("name");
  const byName = [...before].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  await page.waitForFunction((wanted) => [...document.querySelectorAll("#library > li > a")].map((link) => link.textContent).join() === wanted, byName.join());
  await page.getByLabel("Order").selectOption("oldest");
  await page.waitForFunction((last) => document.querySelector("#library > li > a")?.textContent === last, before.at(-1));
  await page.getByLabel("Order").selectOption("largest");
  await page.waitForFunction(() => document.querySelector("#library > li > a")?.textContent === "The cinema");
  await page.getByLabel("Order").selectOption("newest");
  await page.waitForFunction((first) => document.querySelector("#library > li > a")?.textContent === first, before[0]);
  assert.deepEqual(await names(), before);
  assert.equal(await page.getByText(/days left\).*days left/).count(), 0, "no row says it twice");
});

pageTest("pages stay small", {}, async ({ page, world, log }) => {
  for (const path of ["", "status/index.html", "complete/index.html", `complete/${world.seeded.cinema.infohash}/index.html`]) {
    const bytes = await weight(page, new URL(path, world.page).href);
    log(`/${path.replace(/[0-9a-f]{40}/, "…")}: ${bytes} bytes of HTML, CSS and scripts`);
    assert.ok(bytes > 2_000 && bytes < BUDGET_BYTES, `${path} has ${bytes} bytes`);
  }
});

/**
 * @param {Page} page
 * @param {string} url
 */
async function weight(page, url) {
  /** @type {Promise<number>[]} */
  const weights = [];
  /** @param {import("playwright-core").Response} response */
  const weigh = (response) => {
    if (!["document", "stylesheet", "script"].includes(response.request().resourceType())) return;
    weights.push(response.body().then((body) => gzipSync(body).length));
  };
  // Where requests are looked at, nothing comes from the cache.
  await page.route("**", (route) => route.continue());
  page.on("response", weigh);
  await page.goto(url, { waitUntil: "networkidle" });
  page.off("response", weigh);
  await page.unroute("**");
  return (await Promise.all(weights)).reduce((sum, bytes) => sum + bytes, 0);
}
