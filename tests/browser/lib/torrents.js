// Torrents made in memory. What they describe exists nowhere, so their hashes are noise.

import { createHash, randomBytes } from "node:crypto";

/** @typedef {string | number | Buffer | Value[] | { [key: string]: Value }} Value */
/** @typedef {{ path: string[], length: number, attr?: string }} File */

const PIECE = 16_384;

/**
 * @param {Value} value
 * @returns {Buffer} Bencode; keys are one byte per character.
 */
export function bencode(value) {
  if (typeof value === "number") return Buffer.from(`i${value}e`);
  if (typeof value === "string") return bencode(Buffer.from(value));
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  if (Array.isArray(value)) return Buffer.concat([Buffer.from("l"), ...value.map(bencode), Buffer.from("e")]);
  const keys = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const pairs = keys.flatMap((key) => [bencode(key), bencode(value[key])]);
  return Buffer.concat([Buffer.from("d"), ...pairs, Buffer.from("e")]);
}

/** @param {number} bytes */
const hashes = (bytes) => randomBytes(Math.ceil(bytes / PIECE) * 20);

/** @param {File[]} files */
const total = (files) => files.reduce((sum, { length }) => sum + length, 0);

/**
 * A v1 torrent with these files, in this order.
 *
 * @param {string} name
 * @param {File[]} files
 * @param {Record<string, Value>} [outer]
 * @param {Record<string, Value>} [inner]
 */
export function v1(name, files, outer = {}, inner = {}) {
  const info = { name, "piece length": PIECE, pieces: hashes(total(files)), files: files.map((file) => ({ ...file })), ...inner };
  return bencode({ info, ...outer });
}

/**
 * As v1, with filler before every file that would not start at a piece.
 *
 * @param {string} name
 * @param {File[]} files
 */
export function padded(name, files) {
  return v1(name, withFiller(files));
}

/** @param {File[]} files */
function withFiller(files) {
  return files.flatMap((file) => {
    const filler = (PIECE - (file.length % PIECE)) % PIECE;
    return filler > 0 ? [file, { path: [".pad", String(filler)], length: filler, attr: "p" }] : [file];
  });
}

/**
 * @param {string} name
 * @param {File[]} files
 */
export function v2(name, files) {
  return bencode({ info: { name, "piece length": PIECE, "meta version": 2, "file tree": tree(files) } });
}

/**
 * @param {string} name
 * @param {File[]} files In the order of their paths.
 */
export function hybrid(name, files) {
  const filled = withFiller(files).map((file) => ({ ...file }));
  if (filled.at(-1)?.attr) filled.pop();
  const info = {
    name,
    "piece length": PIECE,
    "meta version": 2,
    "file tree": tree(files),
    files: filled,
    pieces: hashes(total(filled)),
  };
  return bencode({ info });
}

/** @param {File[]} files */
function tree(files) {
  /** @type {any} */
  const root = {};
  for (const { path, length } of files) {
    const folder = path.slice(0, -1).reduce((at, name) => (at[name] ??= {}), root);
    const hash = length > 0 ? { "pieces root": createHash("sha256").update(path.join("/")).digest() } : {};
    folder[path[path.length - 1]] = { "": { length, ...hash } };
  }
  return root;
}

/**
 * @param {number} count
 * @returns {File[]}
 */
export function manyFiles(count) {
  return Array.from({ length: count }, (_, at) => ({
    path: [`folder ${String(Math.floor(at / 1000)).padStart(3, "0")}`, `file ${String(at).padStart(6, "0")}.bin`],
    length: 1 + (at % 7),
  }));
}

/** What a stranger may call files. */
export const HOSTILE = {
  name: "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
  files: [
    { path: ["<b>bold</b>", "a & b.txt"], length: 3 },
    { path: ["holiday \u202egpj.exe"], length: 4 },
    { path: ["W".repeat(255)], length: 5 },
    { path: ["👩‍👩‍👧‍👦 family 🎉.png"], length: 6 },
    { path: ["bell\u0007 and \u001b[31mred.txt"], length: 7 },
    { path: ["..", "..", "etc", "passwd"], length: 8 },
    { path: ["שלום עולם.txt"], length: 9 },
    { path: ["javascript:alert(1)"], length: 10 },
  ],
};
