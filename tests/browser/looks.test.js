import assert from "node:assert/strict";
import { AT_ONCE, drop, listed, row } from "./lib/browser.js";
import { LOOKS, NARROW, check, sticksOut } from "./lib/checks.js";
import { pageTest } from "./lib/page-test.js";
import { HOSTILE, manyFiles, v1 } from "./lib/torrents.js";

for (const [look, context] of LOOKS) {
  pageTest(`${look}, axe finds nothing and nothing sticks out`, { context }, async ({ page }) => {
    await check(page);
    await drop(page, [
      { name: "hostile.torrent", bytes: v1(HOSTILE.name, HOSTILE.files, { announce: `http://${"t".repeat(63)}.example/a` }) },
    ]);
    await row(page, HOSTILE.name.replace("/", "_")).getByRole("tree").waitFor();
    await drop(page, [
      { name: `${"x".repeat(240)}.torrent`, bytes: Buffer.from("nothing") },
      { name: "large.torrent", bytes: v1("Wide", manyFiles(2500)) },
    ]);
    await row(page, "Wide").getByText("ready", { exact: true }).waitFor();
    await row(page, "Wide").getByText("Name and label").click();
    await page.fill("#links", `magnet:?xt=urn:btih:${"9".repeat(40)}&dn=${"W".repeat(255)}`);
    await page.getByText("Send links here from other pages").click();
    await check(page);
  });
}

pageTest("hostile names are text", { context: NARROW }, async ({ page }) => {
  const title = await page.title();
  await drop(page, [{ name: "hostile.torrent", bytes: v1(HOSTILE.name, HOSTILE.files) }]);
  const draft = row(page, HOSTILE.name.replace("/", "_"));
  await draft.getByRole("treeitem", { name: /^holiday _gpj\.exe/ }).waitFor();
  assert.equal(await draft.getByRole("treeitem", { name: /^<b>bold<_b>/ }).count(), 1);
  await draft.getByRole("button", { name: /^Add/ }).click();
  await draft.getByText("added", { exact: true }).waitFor();
  await listed(page, HOSTILE.name.replace("/", "_")).first().waitFor({ timeout: AT_ONCE });
  assert.equal(await page.locator("main img, main b, main script").count(), 0);
  assert.equal(await page.title(), title);
  await sticksOut(page);
});

pageTest("100 rows stay handy", { context: NARROW }, async ({ page }) => {
  const files = Array.from({ length: 100 }, (_, at) => ({ name: `${at}.torrent`, bytes: v1(`Row ${at}`, manyFiles(2)) }));
  await drop(page, files);
  await page.getByText("100 torrents ready to add.").waitFor();
  await page.evaluate(() => scrollTo(0, 2000));
  const bar = await page.getByRole("button", { name: "Add 100 torrents" }).boundingBox();
  assert.ok(bar && bar.y > 0 && bar.y + bar.height <= 740, "the button is on the screen wherever one is");
  await sticksOut(page);
});

pageTest("base64 of 10 MB takes no time", {}, async ({ page, log }) => {
  const times = await page.evaluate(async () => {
    // @ts-ignore The page's own module.
    const { inTurns, toBase64 } = await import("/add/base64.js");
    const bytes = new Uint8Array(10_000_000).map((_, at) => at * 7);
    const native = "toBase64" in bytes;
    const measured = [];
    const texts = [];
    for (const encode of [toBase64, inTurns]) {
      const start = performance.now();
      texts.push(await encode(bytes));
      measured.push(Math.round(performance.now() - start));
    }
    return { native, measured, length: texts[0].length, same: texts[0] === texts[1] };
  });
  const [ms, inTurns] = times.measured;
  log(`10 MB of base64: ${ms} ms${times.native ? ", natively" : ""}; ${inTurns} ms in turns`);
  assert.deepEqual([times.length, times.same], [13_333_336, true]);
});
