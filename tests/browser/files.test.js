import assert from "node:assert/strict";
import { drop, fileAt, row, torrent } from "./lib/browser.js";
import { pageTest } from "./lib/page-test.js";
import { hybrid, manyFiles, padded, v1, v2 } from "./lib/torrents.js";

const FILES = [
  { path: ["a.txt"], length: 20_000 },
  { path: ["extras", "b.txt"], length: 16_384 },
  { path: ["extras", "c.txt"], length: 5 },
  { path: ["z.txt"], length: 40_000 },
];

for (const [kind, make] of Object.entries({ v1, padded, v2, hybrid })) {
  pageTest(`of a ${kind} torrent just the chosen files are wanted`, {}, async ({ page, world }) => {
    const name = `Some of ${kind}`;
    const read = await chooseAndAdd(page, name, make(name, FILES), ["extras", "z.txt"], ["c.txt"]);
    const { files, file_count: count, size_bytes: size } = await torrent(world, read.infohash);
    assert.deepEqual(files.map(identity), read.files.map(identity));
    assert.deepEqual(files.filter(wanted).map((/** @type {any} */ { path }) => path), [`${name}/a.txt`, `${name}/extras/c.txt`]);
    assert.deepEqual([count, size], [2, 20_005]);
  });
}

for (const name of ["book", "film"]) {
  pageTest(`the ${name}, which libtorrent made, has the API's indices`, {}, async ({ page, world }) => {
    const { bytes } = await fileAt(world.seeded[name].torrent);
    const read = await chooseAndAdd(page, `The ${name}`, bytes, [], []);
    const { files } = await torrent(world, world.seeded[name].infohash);
    assert.equal(read.infohash, world.seeded[name].infohash);
    assert.equal(files.length, 3);
    assert.deepEqual(files.map(identity), read.files.map(identity));
  });
}

pageTest("100,000 files do not freeze the page", {}, async ({ page, log }) => {
  await page.evaluate(() => {
    Object.assign(window, { longest: 0 });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) Object.assign(window, { longest: Math.max(Reflect.get(window, "longest"), duration) });
    }).observe({ type: "longtask" });
  });
  const bytes = v1("A hundred thousand", manyFiles(100_000));
  await drop(page, [{ name: "many.torrent", bytes }]);
  const start = Date.now();
  const draft = row(page, "A hundred thousand");
  await draft.getByText("100000 files", { exact: true }).waitFor();
  const tree = draft.getByRole("tree");
  await tree.getByText("folder 000", { exact: true }).waitFor();
  log(`${bytes.length} bytes are shown after ${Date.now() - start} ms`);
  await tree.focus();
  await page.keyboard.press("ArrowRight");
  for (const key of ["ArrowDown", "Space", "End"]) await page.keyboard.press(key);
  await tree.getByText("folder 099", { exact: true }).waitFor();
  await draft.getByText("99999 of 100000 files").waitFor();
  assert.ok((await tree.getByRole("treeitem").count()) < 60);
  log(`the longest task took ${await page.evaluate(() => Reflect.get(window, "longest"))} ms`);
});

pageTest("with nothing chosen there is nothing to add", {}, async ({ page }) => {
  await drop(page, [{ name: "x.torrent", bytes: v1("None of it", FILES) }]);
  const draft = row(page, "None of it");
  await draft.getByRole("button", { name: "Select none" }).click();
  await draft.getByText("Choose at least one file.").waitFor();
  assert.equal(await draft.getByRole("button", { name: "Add None of it" }).getAttribute("aria-disabled"), "true");
  await page.getByRole("button", { name: "Add torrent" }).click();
  await page.getByText("Choose torrent files or paste links first.").waitFor();
  await draft.getByRole("button", { name: "Select all" }).click();
  await draft.getByText("4 files", { exact: true }).waitFor();
});

/** @param {{ index: number, path: string }} file */
const identity = ({ index, path }) => [index, path];
/** @param {{ wanted: boolean }} file */
const wanted = ({ wanted }) => wanted;

/**
 * Drops a torrent, clicks on some rows of its tree, then on others, and adds it.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name
 * @param {Buffer} bytes
 * @param {string[]} out
 * @param {string[]} back
 * @returns {Promise<{ infohash: string, files: any[] }>} What the page's own reader says of it.
 */
async function chooseAndAdd(page, name, bytes, out, back) {
  await drop(page, [{ name: "some.torrent", bytes }]);
  const draft = row(page, name);
  for (const file of [...out, ...back]) await draft.getByRole("tree").getByText(file, { exact: true }).click();
  await draft.getByRole("button", { name: `Add ${name}` }).click();
  await draft.getByText(/^(added|known already)$/).waitFor();
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.fromBase64(base64);
    // @ts-ignore The page's own modules.
    const [{ parseMetainfo }, { previewOf }] = await Promise.all([import("/torrent/metainfo.js"), import("/torrent/preview.js")]);
    return { infohash: (await previewOf(bytes)).infohash, files: parseMetainfo(bytes).files };
  }, bytes.toString("base64"));
}
