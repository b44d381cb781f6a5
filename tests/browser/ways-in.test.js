import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, drop, row, torrent, transfer } from "./lib/browser.js";
import { pageTest } from "./lib/page-test.js";
import { manyFiles, v1 } from "./lib/torrents.js";

/** What was added by an earlier run must not be known now. */
const RUN = randomUUID();

/** @param {string} name */
const hashOf = (name) => createHash("sha1").update(RUN + name).digest("hex");
/** @param {string} name */
const magnetOf = (name) => `magnet:?xt=urn:btih:${hashOf(name)}&dn=${encodeURIComponent(name)}`;

const LINKED = magnetOf("From a link");

pageTest("a link to this page shows a torrent and adds nothing by itself", { path: `?add=${encodeURIComponent(LINKED)}` }, async ({ page, world }) => {
  await row(page, "From a link").getByText("ready").waitFor();
  assert.equal(page.url(), world.page);
  await sleep(1500);
  assert.equal((await ask(world, `api/torrents/${hashOf("From a link")}`)).status, 404);
  await page.reload();
  assert.equal(await page.locator("#drafts > li").count(), 0);
  await page.goto(`${world.page}?title=Look&text=${encodeURIComponent(`this: ${LINKED}`)}`);
  await page.getByRole("button", { name: "Add torrent" }).click();
  await page.getByText("Added: From a link").waitFor();
  assert.equal((await torrent(world, hashOf("From a link"))).state !== "removed", true);
});

const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

pageTest("Ctrl-V anywhere takes links and files", { context: CLIPBOARD }, async ({ page }) => {
  const text = `see ${magnetOf("Pasted one")} and\n${magnetOf("Pasted two")}`;
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.locator("h1").click();
  await page.keyboard.press("Control+V");
  await page.getByText("2 torrents ready to add.").waitFor();
  await row(page, "Pasted two").waitFor();
  // In a field for something else it is ordinary text.
  await page.focus("#label");
  await page.keyboard.press("Control+V");
  assert.match(await page.inputValue("#label"), /^see magnet/);
  const files = await transfer(page, [{ name: "p.torrent", bytes: v1("Pasted file", manyFiles(2)) }]);
  await page.evaluate((data) => document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })), files);
  await row(page, "Pasted file").getByText("ready").waitFor();
  assert.equal(await page.locator("#drafts > li").count(), 3);
});

pageTest("the keyboard alone is enough", {}, async ({ page, world }) => {
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.id ?? "");
  /** @param {RegExp} goal */
  const tabTo = async (goal, key = "Tab") => {
    for (let tries = 0; tries < 40; tries += 1) {
      if (goal.test(await focused())) return;
      await page.keyboard.press(key);
    }
    assert.fail(`${key} does not lead to ${goal}`);
  };
  await tabTo(/^files$/);
  await tabTo(/^links$/);
  await page.keyboard.type(magnetOf("Typed"));
  await tabTo(/^submit$/);
  await page.keyboard.press("Enter");
  await page.getByText("Added: Typed").waitFor();
  await drop(page, [{ name: "k.torrent", bytes: v1("By keys", [...manyFiles(3), { path: ["z.txt"], length: 1 }]) }]);
  const draft = row(page, "By keys");
  await draft.getByText("ready", { exact: true }).waitFor();
  // What shows it is fetched when it is first needed.
  await draft.getByRole("tree").waitFor();
  // Back from the button; forward there is the list, however long.
  await tabTo(/^Files of By keys$/, "Shift+Tab");
  // The folder, closed and opened; then its second file out.
  for (const key of ["Home", "ArrowLeft", "ArrowRight", "ArrowRight", "ArrowDown", "Space"]) await page.keyboard.press(key);
  await draft.getByText("3 of 4 files").waitFor();
  assert.equal(await draft.getByRole("treeitem", { name: /^folder 000/ }).getAttribute("aria-checked"), "mixed");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Space");
  await draft.getByText("4 files", { exact: true }).waitFor();
  await tabTo(/^Remove By keys/);
  await page.keyboard.press("Enter");
  // The keyboard is on the row that is left.
  assert.equal(await focused(), "Clear Typed");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "links");
  assert.equal((await torrent(world, hashOf("Typed"))).name, "Typed");
});

pageTest("text without a link says so", {}, async ({ page }) => {
  await page.fill("#links", "no link in here");
  await page.getByRole("button", { name: "Add torrent" }).click();
  await page.getByText("There is no magnet link, URL or info-hash in this text.").waitFor();
  assert.equal(await page.getAttribute("#links", "aria-invalid"), "true");
});

pageTest("the bookmarklet sends the links of another page", {}, async ({ page, world }) => {
  await page.getByText("Send links here from other pages").click();
  const link = page.getByRole("link", { name: "Send to torrent2s3" });
  await link.click();
  await page.getByText("Drag it to your bookmarks bar").waitFor();
  const code = decodeURIComponent(((await link.getAttribute("href")) ?? "").replace(/^javascript:/, ""));
  const other = await page.context().newPage();
  await other.route("http://elsewhere.localhost/", (route) =>
    route.fulfill({ contentType: "text/html", body: `<p><a href="${magnetOf("First")}">1</a> <i><a href="${magnetOf("Second")}">2</a></i>` }));
  await other.goto("http://elsewhere.localhost/");
  const [opened] = await Promise.all([other.waitForEvent("popup"), other.evaluate(code)]);
  await row(opened, "First").waitFor();
  await row(opened, "Second").waitFor();
  assert.equal(opened.url(), world.page);
  await other.evaluate(() => getSelection()?.selectAllChildren(/** @type {Node} */ (document.querySelector("i"))));
  const [second] = await Promise.all([other.waitForEvent("popup"), other.evaluate(code)]);
  await row(second, "Second").waitFor();
  assert.equal(await second.locator("#drafts > li").count(), 1);
});

pageTest("magnet links and shares can be led here", {}, async ({ page, world }) => {
  await page.evaluate(() => {
    navigator.registerProtocolHandler = (...all) => Object.assign(window, { registered: all });
  });
  await page.getByText("Send links here from other pages").click();
  await page.getByRole("button", { name: "Open magnet links here" }).click();
  assert.deepEqual(await page.evaluate(() => Reflect.get(window, "registered")), ["magnet", `${world.page}?add=%s`]);
  const browser = await page.context().newCDPSession(page);
  const manifest = await browser.send("Page.getAppManifest");
  assert.deepEqual(manifest.errors, []);
  assert.deepEqual(JSON.parse(manifest.data ?? "").share_target.params, { title: "title", text: "text", url: "url" });
  const { installabilityErrors } = await browser.send("Page.getInstallabilityErrors");
  // A private window, as tests have it, installs nothing.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
});
