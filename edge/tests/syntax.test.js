// What CloudFront's runtime does not take. CreateFunction accepts such code unchecked, and then every request is answered
// with 503. The runtime is njs; Debian 12 has njs 0.7.9, with which these lists were made. AWS's own is a little newer
// ("JavaScript runtime 2.0 features" names replaceAll, which 0.7.9 lacks), so what stands there and what 0.7.9 takes must
// both hold.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const folder = process.env.EDGE;
if (!folder) throw new Error('EDGE is not set; run `cargo xtask test edge`');

// njs refuses to compile each of these. That our functions have none of them is seen when njs runs them.
const REFUSED = {
  'await in arguments': 'async function g() {} async function f() { String(await g()); }',
  'await outside a function': 'const a = await 1;',
  'for await': 'async function f() { for await (const a of []) {} }',
  'class': 'class A {}',
  'destructuring an object': 'const { a } = { a: 1 };',
  'destructuring an array': 'const [a] = [1];',
  'destructuring an argument': 'function f({ a }) {}',
  'destructuring in an assignment': 'let a; [a] = [1];',
  'default of an argument': 'function f(a = 1) {}',
  'spread in a call': 'Math.max(...[1, 2]);',
  'spread in an array': 'const a = [...[1]];',
  'spread in an object': 'const a = { ...{ b: 1 } };',
  'for of, const': 'for (const a of [1]) {}',
  'for of, let': 'for (let a of [1]) {}',
  'for of, var': 'for (var a of [1]) {}',
  'for of, a variable': 'let a; for (a of [1]) {}',
  'generator': 'function* f() { yield 1; }',
  'asynchronous generator': 'async function* f() { yield 1; }',
  'optional call': 'const a = null; a?.();',
  'optional index': 'const a = null; a?.[0];',
  'optional property, then an end': 'const a = null; a?.b;',
  'assignment if null': 'let a = null; a ??= 1;',
  'assignment if false': 'let a = null; a ||= 1;',
  'assignment if true': 'let a = 1; a &&= 1;',
  'catch without a name': 'try { throw 1; } catch {}',
  'bigint': 'const a = 1n;',
  'octal as in C': 'const a = 017;',
  'new.target': 'function f() { return new.target; }',
  'with': 'with ({}) {}',
  'delete of a variable': 'const a = 1; delete a;',
  'regular expression, flag u': '/a/u.test("a");',
  'regular expression, flag s': '/a/s.test("a");',
  'regular expression, flag d': '/a/d.test("a");',
  'export of a variable': 'export const a = 1;',
  'export of a function': 'export function f() {}',
  'export of the function': 'function handler() {} export default handler;',
  'import of names': "import { createHmac } from 'crypto';",
  'import of everything': "import * as c from 'crypto';",
  'import of nothing': "import 'crypto';",
  'import in an expression': "import('crypto');",
  'dynamic code': "eval('1');",
  'assignment to nothing': 'a = 1;',
};

// njs compiles these, and fails when it gets there.
const ABSENT = ['new Map()', 'new Set()', 'new WeakMap()', 'new Proxy({}, {})', 'Reflect.ownKeys({})', 'structuredClone({})',
  "new URL('https://a/')", "new URLSearchParams('')", "console.error('a')", "'a'.matchAll(/a/g)", "'a'.at(0)", '[1].at(0)', '[1].flat()',
  'Object.fromEntries([])', "Object.hasOwn({}, 'a')", 'String.raw`a`', "'a'.replaceAll('a', 'b')"];

// njs 0.7.9 takes these, but AWS's list of what is supported leaves them out or says that they are not.
/** @type {Record<string, { code: string, found: RegExp }>} */
const UNLISTED = {
  '??': { code: 'const a = null ?? 1;', found: /\?\?/ },
  'Function': { code: "new Function('return 1')();", found: /\bFunction\(/ },
  'timers': { code: 'setTimeout(function () {}, 0);', found: /\b(setTimeout|setImmediate|clearTimeout)\b/ },
  'asynchronous closure': { code: 'const f = async function () {};', found: /[^\n]\basync function\b|\n[ \t]+async function\b/ },
  'asynchronous arrow': { code: 'const f = async () => 1;', found: /\basync\s*(\(|\w+\s*=>)/ },
  'process': { code: 'process.argv;', found: /\bprocess\b/ },
  'file system': { code: "require('fs');", found: /require\('(?!crypto')/ },
  'import': { code: "import fs from 'fs';", found: /^import (?!cf from 'cloudfront';)/m },
  'two arguments of console.log': { code: "console.log('a', 'b');", found: /console\.log\([^)]*,/ },
  'await in an expression': { code: 'async function g() {} async function f() { return !(await g()); }', found: /(?<!= )\bawait\b|\bawait [\w.]+\([^()]*\)[^;]/ },
};

/** @param {string} code */
function njs(code) {
  const run = spawnSync('njs', ['-'], { input: code, encoding: 'utf8' });
  if (run.error) throw run.error;
  return { status: run.status, said: run.stdout + run.stderr };
}

/** Without comments: words there are not syntax. */
function bare(/** @type {string} */ code) {
  return code.replace(/^\s*\/\/.*$/gm, '');
}

for (const [name, code] of Object.entries(REFUSED)) {
  test(`njs refuses: ${name}`, () => {
    const { status, said } = njs(code);
    assert.notEqual(status, 0, said);
    assert.match(said, /SyntaxError|ReferenceError|InternalError: Not implemented/);
  });
}

test('njs has none of these', () => {
  for (const code of ABSENT) {
    const { status, said } = njs(code);
    assert.notEqual(status, 0, code);
    assert.match(said, /ReferenceError|TypeError|SyntaxError/, code);
  }
});

// Known, and without harm: no path, cookie or header has a newline, and what a pattern takes out is compared whole.
test('njs reads $ as Perl does, also before a newline at the end', () => {
  assert.equal(njs("console.log(/a$/.test('a\\n'))").said, 'true\n');
});

test('our functions keep to what AWS lists', async () => {
  for (const [name, { code, found }] of Object.entries(UNLISTED)) {
    assert.equal(njs(code).status, 0, `${name}: ${njs(code).said}`);
    assert.match(code, found, name);
    for (const file of ['edge.js', 'files.js']) {
      const source = bare(await readFile(`${folder}/${file}`, 'utf8'));
      const at = source.search(found);
      assert.equal(at, -1, `${file} has ${name}: ${source.slice(at, at + 80)}`);
    }
  }
});
