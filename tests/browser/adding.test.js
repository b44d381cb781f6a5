import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { AT_ONCE, PATIENCE, ask, drop, fileAt, listed, row, torrent } from "./lib/browser.js";
import { pageTest } from "./lib/page-test.js";
import { manyFiles, v1 } from "./lib/torrents.js";

/** What an earlier run of the tests has added to the same stack must not be found. */
const RUN = randomUUID().slice(0, 4);

const REFUSED = /status of 422/;

pageTest("files, magnets and a URL are added together and come out", { expects: REFUSED }, async ({ page, world }) => {
  const { album, reel, song, verse } = world.seeded;
  const bad = { name: "bad.torrent", bytes: Buffer.from("<html>not a torrent</html>") };
  await drop(page, [await fileAt(album.torrent), bad, await fileAt(reel.torrent)], "footer, main");
  await row(page, "The reel").getByText("ready").waitFor();
  await row(page, "bad.torrent").getByText("This is no torrent file: it is not bencode (byte 0).").waitFor();
  await page.fill("#links", `Two magnets: ${song.magnet}\n${verse.magnet}\nand http://127.0.0.1:9/x.torrent.`);
  await page.getByRole("button", { name: "Add 5 torrents" }).click();
  await page.getByText("4 added, 1 not added, see why in the rows.").waitFor();
  await row(page, "http://127.0.0.1:9/x.torrent").getByText(/address|port/i).waitFor();
  // All of them are in the list at once, without a reload.
  for (const name of ["The album", "The reel", "The song", "The verse"]) await listed(page, name).waitFor({ timeout: AT_ONCE });
  await page.getByRole("button", { name: "Add anyway bad.torrent" }).click();
  await row(page, "bad.torrent").getByText(/bencode.*byte 0|byte 0.*bencode/i).waitFor();
  await page.getByRole("button", { name: "Clear what is done" }).click();
  assert.equal(await page.locator("#drafts > li").count(), 2);
  await listed(page, "The verse").getByText("complete", { exact: true }).waitFor({ timeout: PATIENCE });
  await listed(page, "The reel").getByText("complete", { exact: true }).waitFor({ timeout: PATIENCE });
});

pageTest("a torrent that is known says so with its state", {}, async ({ page, world }) => {
  const { verse } = world.seeded;
  await drop(page, [await fileAt(verse.torrent)]);
  await page.getByRole("button", { name: "Add torrent" }).click();
  const { state } = await torrent(world, verse.infohash);
  await row(page, "The verse").getByText(`It was added before and is ${state}.`).waitFor();
  assert.equal(await page.locator("#answer").textContent(), "Known already: The verse");
});

pageTest("the same torrent twice is one row, whatever its name and form", {}, async ({ page, world }) => {
  const file = await fileAt(world.seeded.album.torrent);
  await drop(page, [file, file]);
  await page.getByText("1 torrent ready to add, 1 here already.").waitFor();
  await drop(page, [{ ...file, name: "another name.torrent" }]);
  await page.getByText("1 here already.", { exact: true }).waitFor();
  await page.fill("#links", world.seeded.album.magnet);
  await page.getByRole("button", { name: /Add/ }).first().click();
  await row(page, "The album").getByText(/^added|known already/).waitFor();
  assert.equal(await page.locator("#drafts > li").count(), 1);
});

pageTest("a request that is lost can be repeated in its row", { expects: /ERR_FAILED/ }, async ({ page }) => {
  await page.route("**/api/torrents", (route) => route.abort(), { times: 1 });
  const files = manyFiles(3);
  await drop(page, [{ name: "lost.torrent", bytes: v1(`Lost ${RUN}`, files) }]);
  await page.getByRole("button", { name: "Add torrent" }).click();
  const lost = row(page, `Lost ${RUN}`);
  await lost.getByText("No answer came, so it is not known whether the torrent arrived. Adding it again is safe.").waitFor();
  await lost.getByRole("button", { name: "Retry" }).click();
  await lost.getByText("added", { exact: true }).waitFor();
  await listed(page, `Lost ${RUN}`).waitFor({ timeout: AT_ONCE });
});

pageTest("many at once are sent a few at a time", {}, async ({ page }) => {
  let [running, most] = [0, 0];
  page.on("request", (request) => {
    if (request.method() === "POST") most = Math.max(most, (running += 1));
  });
  page.on("requestfinished", (request) => {
    if (request.method() === "POST") running -= 1;
  });
  const files = Array.from({ length: 12 }, (_, at) => ({ name: `${at}.torrent`, bytes: v1(`Number ${at} ${RUN}`, manyFiles(2)) }));
  await drop(page, files);
  await page.getByText("12 torrents ready to add.").waitFor();
  await page.fill("#label", "Batch");
  await page.getByRole("button", { name: "Add 12 torrents" }).click();
  await page.getByText("12 added.").waitFor({ timeout: 60_000 });
  assert.ok(most > 1 && most <= 4, `${most} requests at once`);
  await listed(page, `Number 11 ${RUN}`).waitFor({ timeout: AT_ONCE });
});

pageTest("a name and a label go with a torrent, and a bad label is marked", { expects: /status of 400/ }, async ({ page, world }) => {
  const bytes = v1("Plain", manyFiles(2));
  await drop(page, [{ name: "x.torrent", bytes }]);
  const draft = row(page, "Plain");
  await draft.getByText("Name and label").click();
  await draft.getByLabel("Label").fill("<b>");
  await page.keyboard.press("Enter");
  await draft.getByText(/label has 1 to 50/).waitFor();
  assert.equal(await draft.getByLabel("Label").getAttribute("aria-invalid"), "true");
  await draft.getByLabel("Label").fill("Books 2026");
  await draft.getByLabel("Name to show").fill("A fine name");
  const named = row(page, "A fine name");
  await named.getByRole("button", { name: "Retry" }).click();
  // The button that was pressed is gone; the keyboard is still in the row.
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Clear A fine name");
  await named.getByText("added", { exact: true }).waitFor();
  const infohash = await infohashOf(page, bytes);
  const record = await torrent(world, infohash);
  assert.deepEqual([record.name, record.label], ["A fine name", "Books 2026"]);
});

pageTest("a large torrent goes by way of the storage, one that is too large nowhere", {}, async ({ page, world }) => {
  const long = "a name that is long enough to make the torrent large ".repeat(3);
  const files = manyFiles(25_000).map(({ path, length }) => ({ path: [path[0], long + path[1]], length }));
  const bytes = v1("Large", files);
  assert.ok(bytes.length > 4 * 1024 * 1024 && bytes.length < 10 * 1024 * 1024);
  /** @type {string[]} */
  const calls = [];
  page.on("requestfinished", (request) => {
    if (request.method() !== "GET") calls.push(`${request.method()} ${new URL(request.url()).pathname.replace(/upload-.*/, "upload")}`);
  });
  await drop(page, [{ name: "large.torrent", bytes }, { name: "huge.torrent", bytes: Buffer.alloc(10 * 1024 * 1024 + 1) }]);
  await row(page, "huge.torrent").getByText("a torrent file has 10 MiB at most").waitFor();
  await row(page, "Large").getByText("so it goes the larger path").waitFor();
  await page.getByRole("button", { name: "Add torrent" }).click();
  await row(page, "Large").getByText("added", { exact: true }).waitFor({ timeout: 60_000 });
  assert.match(calls.join("\n"), /^POST \/api\/uploads\n(OPTIONS .*\n)?PUT .*\/torrents\/upload\nPOST \/api\/torrents$/);
  const record = await torrent(world, await infohashOf(page, bytes));
  assert.equal(record.file_count, 25_000);
  // Nobody seeds it, and Deluge has other things to do.
  assert.equal((await ask(world, `api/torrents/${record.infohash}`, "DELETE")).status, 202);
});

/**
 * @param {import("playwright-core").Page} page
 * @param {Buffer} bytes
 * @returns {Promise<string>}
 */
async function infohashOf(page, bytes) {
  return page.evaluate(async (base64) => {
    // @ts-ignore The page's own module.
    const { previewOf } = await import("/torrent/preview.js");
    return (await previewOf(Uint8Array.fromBase64(base64))).infohash;
  }, bytes.toString("base64"));
}
