import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

/** @typedef {import("playwright-core").Page} Page */

export const NARROW = { viewport: { width: 360, height: 740 } };

/** @type {[string, import("playwright-core").BrowserContextOptions][]} */
export const LOOKS = [
  ["wide", {}],
  ["narrow", NARROW],
  ["dark", { colorScheme: "dark" }],
  ["narrow and dark", { ...NARROW, colorScheme: "dark" }],
  ["in forced colours", { forcedColors: "active" }],
];

/**
 * Nothing for axe to find, nor anything wider than the window.
 *
 * @param {Page} page
 */
export async function check(page) {
  await sticksOut(page);
  await page.evaluate(await readFile(new URL(import.meta.resolve("axe-core")), "utf8"));
  // New in WCAG 2.2, and not among axe's defaults.
  const { violations } = await page.evaluate(() => Reflect.get(window, "axe").run({ rules: { "target-size": { enabled: true } } }));
  assert.deepEqual(
    violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => node.html).join(" ")}`),
    [],
  );
}

/** @param {Page} page */
export async function sticksOut(page) {
  const [scroll, client] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(scroll <= client, `the page is ${scroll} px wide in a window of ${client} px`);
}
