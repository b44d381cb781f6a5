import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { ask, launch, visit, world } from "./browser.js";
import { signedIn } from "./sign-in.js";

/** @typedef {import("./browser.js").Browser} Browser */
/** @typedef {import("./browser.js").World} World */
/** @typedef {import("playwright-core").Page} Page */

/**
 * @typedef {object} Options
 * @property {string} [path] Behind the front page's address.
 * @property {import("playwright-core").BrowserContextOptions} [context]
 * @property {RegExp} [expects] Errors in the console that belong to the test.
 * @property {number} [limit] Milliseconds, where three minutes are too few.
 *
 * @typedef {{ page: Page, world: World, log: (words: string) => void }} Scene
 */

/** @type {Browser} */
let browser;
/** @type {World} */
let around;
/** @type {Awaited<ReturnType<typeof signedIn>>} The owner's browser. */
let session;

before(async () => {
  around = await world();
  browser = await launch();
  session = await signedIn(browser, around);
});

after(() => browser.close());

/**
 * A test of the front page. It also fails when anything shows up as an error in the console, which is where the
 * browser tells of exceptions and of what the content security policy forbids.
 *
 * @param {string} name
 * @param {Options} options
 * @param {(scene: Scene) => Promise<void>} body
 */
export function pageTest(name, options, body) {
  test(name, { timeout: options.limit ?? 180_000 }, async (context) => {
    const visitor = await visit(browser, around.page + (options.path ?? ""), { storageState: session, ...options.context });
    try {
      await body({ page: visitor.page, world: around, log: (words) => context.diagnostic(words) });
    } catch (error) {
      const traces = join(dirname(process.env.BROWSER_WORLD ?? "."), name.replaceAll(/\W+/g, "-"));
      await visitor.page.screenshot({ path: `${traces}.png`, fullPage: true });
      context.diagnostic(`what the page looked like: ${traces}.png`);
      const status = await ask(around, "status/status.json");
      await writeFile(`${traces}.json`, JSON.stringify({ http: status.status, ...status.json() }, null, 1));
      context.diagnostic(`the status at that time: ${traces}.json`);
      throw error;
    } finally {
      await visitor.close();
    }
    // Until the first status page is written there is none, and the browser says so.
    const faults = visitor.faults.filter((fault) => !/40[34].*status\.json/.test(fault) && !options.expects?.test(fault));
    assert.deepEqual(faults, []);
  });
}
