// The rows that crates/pages makes and those of the page in the browser are the same for the same records.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, visit } from "./lib/browser.js";
import { Site, snapshot } from "./lib/site.js";

/** @typedef {import("./lib/browser.js").Browser} Browser */

/** Pairs of a `status.json` and the page that are made from one `Status` in crates/pages/tests/status.rs. */
const PAIRS = {
  "in every state, with hostile names": ["status__the_json_says_what_may_be_known", "status__the_page_shows_every_state_newest_first"],
  "whatever holds them up": ["status__held_up_json", "status__held_up_page"],
};

const site = new Site();
/** @type {string} */
let address;
/** @type {Browser} */
let browser;

before(async () => {
  address = await site.start();
  browser = await launch();
});

after(async () => {
  await browser.close();
  site.stop();
});

for (const [which, [json, html]] of Object.entries(PAIRS)) {
  test(`Rust and JavaScript make the same rows ${which}`, { timeout: 60_000 }, async () => {
    site.html = await snapshot(html);
    const status = JSON.parse(await snapshot(json));
    const { page, close } = await visit(browser, `${address}status/index.html`, { javaScriptEnabled: true });
    const pairs = await page.evaluate(
      async ([status, html]) => {
        /** Blanks between elements and the words of a moment, which are the reader's, do not count. @param {Element} row */
        const plain = (row) => {
          const copy = /** @type {Element} */ (row.cloneNode(true));
          for (const time of copy.querySelectorAll("time")) {
            for (const { name } of [...time.attributes]) if (name !== "datetime") time.removeAttribute(name);
            // The page is cut to the second, the record is not.
            time.setAttribute("datetime", String(time.getAttribute("datetime")).replace(/\.\d+Z$/, "Z"));
            time.textContent = "";
          }
          return copy.innerHTML.replaceAll(/>\s*\n\s*</g, "><").trim();
        };
        // @ts-ignore The page's own modules.
        const [{ rowWords }, { showTotals }] = await Promise.all([import("/list/torrent-row.js"), import("/list/totals.js")]);
        const page = new DOMParser().parseFromString(html, "text/html");
        const made = status.torrents.map((/** @type {any} */ record) => {
          const row = document.createElement("li");
          row.append(...rowWords(record, status.workers));
          return [record.name, plain(row)];
        });
        const rendered = [...page.querySelectorAll("li.torrent")].map((row) => [row.querySelector("h3")?.textContent, plain(row)]);
        const totals = document.createElement("ul");
        showTotals(totals, status.totals);
        return { made, rendered, totals: plain(totals), renderedTotals: plain(/** @type {Element} */ (page.querySelector("#totals"))) };
      },
      [status, site.html],
    );
    await close();
    assert.ok(pairs.rendered.length >= 10, "the page has rows");
    assert.deepEqual(pairs.made, pairs.rendered);
    assert.equal(pairs.totals, pairs.renderedTotals);
  });
}
