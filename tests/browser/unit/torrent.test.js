// What the page reads in a .torrent, without a browser.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { BadTorrent, Reader } from "../../../static-site/torrent/bencode.js";
import { fileTree } from "../../../static-site/torrent/file-tree.js";
import { parseMetainfo } from "../../../static-site/torrent/metainfo.js";
import { previewOf } from "../../../static-site/torrent/preview.js";
import { Selection } from "../../../static-site/torrent/selection.js";
import { HOSTILE, bencode, hybrid, manyFiles, padded, v1, v2 } from "../lib/torrents.js";

const FILES = [
  { path: ["a.txt"], length: 20_000 },
  { path: ["b", "c.txt"], length: 16_384 },
  { path: ["b", "d.txt"], length: 5 },
];

/**
 * @param {string} bytes One byte per character.
 * @param {boolean} [canonical]
 */
function read(bytes, canonical = false) {
  const reader = new Reader(Buffer.from(bytes, "latin1"));
  reader.canonical = canonical;
  reader.skip();
  reader.end();
}

test("bencode that is none is refused", () => {
  const bad = ["", "d1:ai1e", "d1:a9:short", "d1:a99999999999999999999:", "d1:ai12", "d1:ae", "d1:ai1-2ee", "d1:aiee", "d1:axe", "di1ei2ee", "dee", "i1ee", "<html>", "-1:a"];
  for (const bytes of bad) assert.throws(() => read(bytes), BadTorrent, bytes);
});

test("other spellings are refused only where there must be one", () => {
  const spellings = ["d1:ai1e1:ai2ee", "d1:bi1e1:ai2ee", "d1:ai01ee", "d1:ai-0ee", "d1:ai9223372036854775808ee", "d01:ai1ee"];
  for (const bytes of spellings) {
    read(bytes);
    assert.throws(() => read(bytes, true), BadTorrent, bytes);
  }
});

test("depth and number of values have an end", () => {
  read("l".repeat(99) + "e".repeat(99));
  assert.throws(() => read("l".repeat(200_000)), /too deep/);
  assert.throws(() => read(`l${"0:".repeat(2_000_000)}e`), /too many values/);
});

test("files are numbered as libtorrent does, padding counted and left out", () => {
  const numbers = (/** @type {Buffer} */ torrent) => parseMetainfo(torrent).files.map(({ index, path, size }) => [index, path, size]);
  const plain = [[0, "n/a.txt", 20_000], [1, "n/b/c.txt", 16_384], [2, "n/b/d.txt", 5]];
  const filled = [[0, "n/a.txt", 20_000], [2, "n/b/c.txt", 16_384], [3, "n/b/d.txt", 5]];
  assert.deepEqual(numbers(v1("n", FILES)), plain);
  assert.deepEqual(numbers(padded("n", FILES)), filled);
  assert.deepEqual(numbers(v2("n", FILES)), filled);
  assert.deepEqual(numbers(hybrid("n", FILES)), filled);
  assert.deepEqual(numbers(v2("ignored", [{ path: ["only.txt"], length: 3 }])), [[0, "only.txt", 3]]);
  const bitcomet = [FILES[0], { path: ["_____padding_file_0_____"], length: 12_768 }, FILES[1]];
  assert.deepEqual(numbers(v1("n", bitcomet)), [[0, "n/a.txt", 20_000], [2, "n/b/c.txt", 16_384]]);
});

test("the info-hash is of the info dictionary's own bytes", async () => {
  for (const [torrent, algorithm] of /** @type {const} */ ([[v1("n", FILES), "sha1"], [hybrid("n", FILES), "sha1"], [v2("n", FILES), "sha256"]])) {
    const { info } = parseMetainfo(torrent);
    const expected = createHash(algorithm).update(info).digest("hex").slice(0, 40);
    assert.equal((await previewOf(new Uint8Array(torrent))).infohash, expected);
    assert.ok(torrent.includes(Buffer.from(info)));
  }
});

test("what no server takes is seen before it is sent", () => {
  const length = { length: 3, name: "n", "piece length": 16_384, pieces: Buffer.alloc(20) };
  /** @param {Record<string, any>} change */
  const single = (change) => bencode({ info: { ...length, ...change } });
  parseMetainfo(single({}));
  const bad = {
    "piece hashes": single({ pieces: Buffer.alloc(40) }),
    "no content": single({ length: 0, pieces: Buffer.alloc(0) }),
    "missing or impossible": single({ length: -1 }),
    "no piece length": single({ "piece length": 0 }),
    "version": single({ "meta version": 3 }),
    "no info": bencode({ announce: "http://t.example/" }),
    "different files": Buffer.from(hybrid("n", FILES).toString("latin1").replace("6:lengthi20000e4:path", "6:lengthi20001e4:path"), "latin1"),
    "no name": v1("n", [{ path: [], length: 3 }]),
    "more than 100000": v1("n", manyFiles(100_001)),
  };
  for (const [why, torrent] of Object.entries(bad)) assert.throws(() => parseMetainfo(torrent), new RegExp(why), why);
});

test("hostile names are cleaned as the server cleans them", () => {
  const { name, files } = parseMetainfo(v1(HOSTILE.name, HOSTILE.files));
  assert.ok(!name.includes("/"));
  const paths = files.map(({ path }) => path.slice(name.length + 1));
  assert.equal(paths[1], "holiday _gpj.exe");
  assert.equal(paths[4], "bell_ and _[31mred.txt");
  assert.equal(paths[5], "_/_/etc/passwd");
  assert.ok(!/[\p{Cc}\u202e]/u.test(paths.join("")));
});

test("choosing a folder takes what is below, and what is left out has its index", () => {
  const { files } = parseMetainfo(padded("n", FILES));
  const tree = fileTree(files);
  assert.equal(tree.names, "b\nc.txt\nd.txt\na.txt");
  const selection = new Selection(tree);
  assert.deepEqual([selection.chosen, selection.bytes, selection.indices()], [3, 36_389, undefined]);
  selection.toggle(2);
  assert.deepEqual([selection.state(0), selection.state(1), selection.state(2)], ["mixed", "true", "false"]);
  assert.deepEqual(selection.indices(), [0, 2]);
  selection.toggle(0);
  assert.equal(selection.state(0), "true");
  selection.toggle(0);
  assert.deepEqual([selection.state(0), selection.indices(), selection.bytes], ["false", [0], 20_000]);
  selection.setAll(false);
  assert.deepEqual([selection.chosen, selection.indices()], [0, []]);
});

test("deep folders do not break the tree", () => {
  const path = [...Array.from({ length: 3000 }, (_, at) => `d${at}`), "end.txt"];
  const tree = fileTree(parseMetainfo(v1("n", [{ path, length: 1 }, { path: ["x"], length: 1 }])).files);
  assert.ok(Math.max(...tree.depths) <= 50);
  assert.deepEqual(new Selection(tree).files, 2);
});
