// The same checks in Node, which runs the functions on the local stack. `cargo xtask test edge` says where the
// template's functions are.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import make from './checks.js';

const folder = process.env.EDGE;
if (!folder) throw new Error('EDGE is not set; run `cargo xtask test edge`');
const base = pathToFileURL(`${folder}/`);
const require = createRequire(base);
// CloudFront has it everywhere.
Object.assign(globalThis, { require });
/** @type {(file: string) => Promise<any>} */
const load = async (file) => (await import(new URL(file, base).href)).default;
const cf = (await import(pathToFileURL(require.resolve('cloudfront')).href)).default;
const vectors = JSON.parse(await readFile(new URL('vectors.json', base), 'utf8'));

for (const { name, run } of make(await load('edge.js'), await load('files.js'), cf, vectors)) {
  test(name, async () => assert.deepEqual(await run(), []));
}
