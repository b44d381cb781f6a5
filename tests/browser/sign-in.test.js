import assert from "node:assert/strict";
import { PATIENCE, ask, torrent } from "./lib/browser.js";
import { pageTest } from "./lib/page-test.js";
import { enter } from "./lib/sign-in.js";

/** @typedef {import("./lib/browser.js").World} World */
/** @typedef {import("playwright-core").Page} Page */

const REFUSED = /status of 401/;
/** A browser that nobody has signed in with. */
const STRANGER = { storageState: { cookies: [], origins: [] } };

pageTest("a stranger signs in and comes where he wanted to be", { path: "?links=magnet%3A%3Fx%3D1", context: STRANGER, expects: REFUSED }, async ({ page, world }) => {
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  const field = page.getByLabel("Token", { exact: true });
  assert.equal(await field.getAttribute("type"), "password");
  assert.equal(await field.getAttribute("autocomplete"), "current-password");
  await enter(page, "this is not it");
  await page.getByText("That is not the token.").waitFor();
  await enter(page, world.token);
  await page.waitForURL((url) => url.pathname === "/");
  await page.getByRole("heading", { name: "Add torrents" }).waitFor();
  const cookies = await page.context().cookies();
  assert.equal(cookies.length, 1);
  const [{ name, httpOnly, secure, sameSite, path, expires }] = cookies;
  assert.deepEqual({ name, httpOnly, secure, sameSite, path }, { name: "__Host-session", httpOnly: true, secure: true, sameSite: "Strict", path: "/" });
  assert.ok(Math.abs(expires - Date.now() / 1000 - 30 * 86_400) < 120);
  assert.equal(await page.evaluate(() => document.cookie), "");
});

pageTest("who signs out is out", { path: "sign-in.html", expects: REFUSED }, async ({ page, world }) => {
  await page.getByRole("heading", { name: "You are signed in" }).waitFor();
  await page.getByText("owner", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token", { exact: true }).waitFor();
  assert.deepEqual(await page.context().cookies(), []);
  await page.goto(`${world.page}status/index.html`);
  await page.waitForURL(/sign-in\.html\?to=%2Fstatus%2Findex\.html$/);
});

pageTest("the sign-in page leads to no other site", { path: "sign-in.html?to=https%3A%2F%2Fevil.example%2F" }, async ({ page, world }) => {
  for (const to of ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "/sign-in.html"]) {
    await page.goto(`${world.page}sign-in.html?to=${encodeURIComponent(to)}`);
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    assert.equal(new URL(page.url()).host, new URL(world.page).host);
  }
  await page.goto(`${world.page}sign-in.html?to=%2Fcomplete%2Findex.html`);
  await page.waitForURL(`${world.page}complete/index.html`);
});

pageTest("a page inside a torrent reads neither cookie nor API", { expects: /sandbox|Refused|blocked|violat/i }, async ({ page, world }) => {
  for (const path of world.hostile) {
    /** @type {string[]} */
    const asked = [];
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname !== `/${path}`) asked.push(pathname);
    });
    const download = page.waitForEvent("download", { timeout: 3000 }).catch(() => null);
    await page.goto(world.page + path).catch((error) => {
      if (!/Download is starting|ERR_ABORTED/.test(String(error))) throw error;
    });
    await download;
    assert.doesNotMatch(await page.title(), /ran/);
    assert.deepEqual(asked.filter((one) => one.startsWith("/api/") || one.includes("stolen")), [], path);
    await page.goto("about:blank");
    page.removeAllListeners("request");
  }
});

pageTest("a torrent is shared with a friend and taken back", { expects: REFUSED }, async ({ page, world }) => {
  const { infohash } = await complete(page, world);
  const address = `${world.page}complete/${infohash}/index.html`;
  await page.goto(address);
  await page.getByText("Share", { exact: true }).first().click();
  await page.selectOption("#share-length", "3600");
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.getByLabel("The link", { exact: true }).inputValue();
  assert.match(link, /\?s=\d+\.[\w-]{43}$/);
  const browser = page.context().browser();
  assert.ok(browser);
  const friend = await browser.newContext();
  const visitor = await friend.newPage();
  await visitor.goto(link);
  await visitor.waitForURL(address);
  await visitor.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await visitor.locator("#share").count(), 0);
  const file = await visitor.locator("#files a").first().getAttribute("href");
  assert.equal(await statusOf(visitor, file ?? ""), 200);
  for (const path of ["/api/torrents", "/status/status.json", "/api/shares"]) assert.equal(await statusOf(visitor, path), 401, path);
  await visitor.goto(world.page);
  await visitor.waitForURL(/sign-in\.html/);
  await page.getByRole("button", { name: "Revoke the link to the whole torrent" }).click();
  await page.getByRole("button", { name: "Revoke the link to the whole torrent" }).waitFor({ state: "detached" });
  await visitor.goto(address);
  await visitor.waitForURL(/sign-in\.html/);
  await friend.close();
});

/**
 * @param {Page} page
 * @param {string} path
 */
function statusOf(page, path) {
  return page.evaluate(async (path) => (await fetch(path)).status, path);
}

/**
 * The poem, complete; added here when no test before this one has.
 *
 * @param {Page} page
 * @param {World} world
 */
async function complete(page, world) {
  const { poem } = world.seeded;
  const status = await page.evaluate(async (magnet) => {
    const headers = { "content-type": "application/json" };
    return (await fetch("/api/torrents", { method: "POST", headers, body: JSON.stringify({ magnet }) })).status;
  }, poem.magnet);
  assert.ok(status === 200 || status === 202, `the API answered ${status}`);
  const end = Date.now() + PATIENCE;
  while ((await torrent(world, poem.infohash)).state !== "complete") {
    assert.ok(Date.now() < end, "the poem is not complete");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.equal((await ask(world, `complete/${poem.infohash}/index.html`)).status, 200);
  return poem;
}
