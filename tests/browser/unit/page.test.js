// The page's other parts that need no browser.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inTurns, toBase64 } from "../../../static-site/add/base64.js";
import { turns } from "../../../static-site/add/turns.js";
import { findLinks } from "../../../static-site/torrent/links.js";

const HEX = "c9e15763f722f23e98a29decdfae341b98d53056";
const BASE32 = "ZHQVOY7XELZD5GFCTXWN7LRUDOMNKMCW";

/** @param {string} text */
const found = (text) => findLinks(text).map((link) => ("url" in link ? link.url : link.magnet.magnet));

test("links are found in any text", () => {
  const magnet = `magnet:?xt=urn:btih:${HEX}&dn=A+b`;
  assert.deepEqual(found(`${magnet}\nhttps://x.example/a.torrent`), [magnet, "https://x.example/a.torrent"]);
  assert.deepEqual(found(`See (https://x.example/a.torrent), or "${magnet}".`), ["https://x.example/a.torrent", magnet]);
  assert.deepEqual(found("https://x.example/a_(b).torrent."), ["https://x.example/a_(b).torrent"]);
  assert.deepEqual(found(`<a href="${magnet.replace("&", "&amp;")}">it</a> ${magnet}`), [magnet]);
  assert.deepEqual(found(`  ${HEX}\nnot ${HEX}\n${BASE32}`), [`magnet:?xt=urn:btih:${HEX}`, `magnet:?xt=urn:btih:${BASE32}`]);
  assert.deepEqual(found("nothing here, not even ftp://x.example/a"), []);
});

test("a magnet link tells its torrent, name and trackers", () => {
  const [link] = findLinks(`magnet:?dn=Sintel%20%26+more&xt=urn:btih:${BASE32}&tr=udp%3A%2F%2Ft.example%3A1&tr.2=http://u.example/a`);
  assert.ok("magnet" in link);
  assert.equal(link.magnet.infohash, HEX);
  assert.equal(link.magnet.name, "Sintel & more");
  assert.deepEqual(link.magnet.trackers, ["t.example:1", "u.example"]);
});

test("base64 is that of everybody else", async () => {
  for (const length of [0, 1, 2, 3, 786_431, 786_432, 786_433, 3_000_000]) {
    const bytes = new Uint8Array(randomBytes(length));
    const expected = Buffer.from(bytes).toString("base64");
    assert.ok((await inTurns(bytes)) === expected, `${length} bytes in turns`);
    assert.ok((await toBase64(bytes)) === expected, `${length} bytes`);
  }
});

test("a few tasks run at a time, in their order", async () => {
  const take = turns(4);
  let [running, most] = [0, 0];
  /** @type {number[]} */
  const begun = [];
  const task = (/** @type {number} */ number) => async () => {
    begun.push(number);
    most = Math.max(most, (running += 1));
    await sleep(2);
    running -= 1;
    if (number === 5) throw new Error("one fails");
    return number;
  };
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, number) => take(task(number))));
  assert.equal(most, 4);
  assert.deepEqual(begun, Array.from({ length: 20 }, (_, number) => number));
  assert.equal(results.filter(({ status }) => status === "rejected").length, 1);
});
