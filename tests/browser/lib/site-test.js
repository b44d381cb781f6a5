import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, visit } from "./browser.js";
import { Site, snapshot } from "./site.js";

/** @typedef {import("./browser.js").Browser} Browser */
/** @typedef {import("playwright-core").Page} Page */

/** @typedef {{ page: Page, site: Site, log: (words: string) => void, open: (path?: string) => Promise<void> }} Scene */

/**
 * @typedef {object} Options
 * @property {import("playwright-core").BrowserContextOptions} [context]
 * @property {RegExp} [expects] Errors in the console that belong to the test.
 */

/** When the pages of crates/pages/tests/status.rs were made, and a little later. */
export const MADE = Date.parse("2026-03-01T12:00:00.500Z");

/** @type {Browser} */
let browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

/**
 * A test of the status page, or of another, where everything that the server says is made up: at first every state
 * that there is, 12 seconds old.
 *
 * @param {string} name
 * @param {Options} options
 * @param {(scene: Scene) => Promise<void>} body
 */
export function siteTest(name, options, body) {
  test(name, { timeout: 120_000 }, async (context) => {
    const site = new Site();
    const started = Date.now();
    site.now = () => new Date(MADE + 12_000 + Date.now() - started);
    site.html = await snapshot("status__the_page_shows_every_state_newest_first");
    site.status = JSON.parse(await snapshot("status__the_json_says_what_may_be_known"));
    const address = await site.start();
    const visitor = await visit(browser, "about:blank", options.context);
    const { page } = visitor;
    try {
      const open = async (path = "status/index.html") => void (await page.goto(address + path));
      await body({ page, site, log: (words) => context.diagnostic(words), open });
    } finally {
      await visitor.close();
      site.stop();
    }
    assert.deepEqual(visitor.faults.filter((fault) => !options.expects?.test(fault)), []);
  });
}

/**
 * So many torrents in all states, as a busy owner has them.
 *
 * @param {number} count
 * @param {number} [tick] Moves their progress.
 */
export function manyTorrents(count, tick = 0) {
  const states = ["downloading", "downloading", "complete", "complete", "transferring", "queued", "failed", "complete", "downloading", "complete"];
  return Array.from({ length: count }, (_, at) => {
    const state = states[at % states.length];
    const size_bytes = 1_000_000_000 * (1 + (at % 7));
    const part = ((at * 13 + tick) % 97) / 100;
    const since = new Date(MADE - (at + 1) * 3_600_000).toISOString();
    return {
      infohash: at.toString(16).padStart(40, "0"),
      name: `Torrent ${String(at).padStart(3, "0")}`,
      state,
      paused: false,
      source: { type: "file" },
      size_bytes,
      file_count: 1 + (at % 5),
      stored_bytes: state === "complete" ? size_bytes : state === "transferring" ? Math.floor(size_bytes * part) : 0,
      worker: "i-live",
      added_at: since,
      ...(at % 3 === 0 ? { label: "Linux" } : {}),
      ...(state === "failed" ? { reason: "no worker could take it in 5 tries" } : {}),
      since: { [state]: since },
      ...(state === "downloading"
        ? {
            progress: {
              at: "2026-03-01T12:00:00Z",
              downloaded_bytes: Math.floor(size_bytes * part),
              download_rate: ((at * 7919) % 50) * 100_000,
              peers: at % 9,
              activity: "downloading",
              eta_seconds: 60 * (at + 1),
            },
          }
        : {}),
    };
  });
}
