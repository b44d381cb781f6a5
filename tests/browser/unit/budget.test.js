// What a page costs before its data: HTML, CSS and JavaScript as CloudFront sends them when it is opened. What is
// loaded later, for what a person then does, is only told.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { snapshot } from "../lib/site.js";

const BUDGET_BYTES = 50_000;

/** CloudFront sends smaller files as they are. */
const COMPRESSED_FROM_BYTES = 1_000;

const STATIC = new URL("../../../static-site/", import.meta.url);

const PAGES = {
  "the front page": () => readFile(new URL("index.html", STATIC), "utf8"),
  "the status page": () => snapshot("status__the_page_of_nothing_says_what_to_do"),
  "the complete page": () => snapshot("complete__nothing_is_there"),
  "the library": () => snapshot("library__the_newest_is_first_whatever_came_first"),
};

for (const [name, html] of Object.entries(PAGES)) {
  test(`${name} has under 50 kB`, async (context) => {
    const text = await html();
    const files = await reachable(text, STATIC_IMPORT);
    const sizes = [...files].map(([path, source]) => ({ path, sent: sent(source) }));
    const total = sizes.reduce((sum, { sent }) => sum + sent, sent(text));
    context.diagnostic(`${total} bytes in ${files.size + 1} files; html ${sent(text)}, ${sizes.map(({ path, sent }) => `${path} ${sent}`).join(", ")}`);
    const all = [...(await reachable(text, ANY_IMPORT)).values()].reduce((sum, source) => sum + sent(source), sent(text));
    context.diagnostic(`${all - total} bytes more for what is done there`);
    assert.ok(files.size >= 2, "a page has a style and a script");
    assert.ok(total < BUDGET_BYTES, `${total} bytes`);
  });
}

/** @param {string} text */
function sent(text) {
  const bytes = Buffer.from(text);
  return bytes.length < COMPRESSED_FROM_BYTES ? bytes.length : gzipSync(bytes, { level: 6 }).length;
}

const STATIC_IMPORT = /(?:^import|^} from|^import .* from)\s*"(?:(\.{1,2}\/[^"]+)|\/([^"]+\.js))"/gm;

/** Dynamic ones and workers too. Types in comments stand in the way: they may be of what is not loaded. */
const ANY_IMPORT = /(?:^import|^} from|^import .* from|await import\(|all\(\[import\(|, import\(|new Worker\((?:new URL\()?)\s*"(?:(\.{1,2}\/[^"]+)|\/([^"]+\.js))"/gm;

/**
 * Every style and script that the page loads.
 *
 * @param {string} html
 * @param {RegExp} imports
 * @returns {Promise<Map<string, string>>} Source by path.
 */
async function reachable(html, imports) {
  const found = new Map();
  const linked = [...html.matchAll(/<(?:script type="module" src|link rel="stylesheet" href)="\/([^"]+)"/g)].map(([, path]) => path);
  /** @param {string} path */
  const visit = async (path) => {
    if (found.has(path)) return;
    const source = await readFile(new URL(path, STATIC), "utf8");
    found.set(path, source);
    for (const [, relative, absolute] of source.matchAll(imports)) {
      await visit(absolute ?? new URL(relative, new URL(path, "file:///")).pathname.slice(1));
    }
  };
  for (const path of linked) await visit(path);
  return found;
}
