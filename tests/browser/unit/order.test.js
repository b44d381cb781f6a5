// Which torrents the list shows, in which order, and what it makes of the API's answers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SORTS, arranged } from "../../../static-site/list/order.js";
import { Records } from "../../../static-site/list/records.js";

/** @typedef {import("../../../static-site/types.js").TorrentRecord} TorrentRecord */

/**
 * @param {string} name
 * @param {Partial<TorrentRecord>} [more]
 * @returns {TorrentRecord}
 */
function record(name, more = {}) {
  const infohash = Buffer.from(name).toString("hex").padEnd(40, "0").slice(0, 40);
  const added_at = `2026-03-01T11:0${name.length % 10}:00Z`;
  return { infohash, name, state: "queued", paused: false, source: { type: "file" }, stored_bytes: 0, added_at, since: { queued: added_at }, ...more };
}

const EVERYTHING = { text: "", state: "", label: "", sort: "" };
const reading = { at: "2026-03-01T12:00:00Z" };

const LIST = [
  record("Über 10", { state: "complete", size_bytes: 10, label: "Films" }),
  record("uber 9", { state: "downloading", size_bytes: 30, progress: { ...reading, downloaded_bytes: 15, download_rate: 5 } }),
  record("Cosmos", { state: "downloading", size_bytes: 20, label: "Films", progress: { ...reading, paused: true, downloaded_bytes: 19 } }),
  record("A torrent", { state: "failed" }),
];

/** @param {Partial<typeof EVERYTHING>} view */
const names = (view) => arranged(LIST, { ...EVERYTHING, ...view }).map(({ name }) => name);

test("text is found as people type it", () => {
  assert.deepEqual(names({ text: "UBER", sort: "name" }), ["uber 9", "Über 10"]);
  assert.deepEqual(names({ text: "10 über" }), ["Über 10"]);
  assert.deepEqual(names({ text: LIST[2].infohash }), ["Cosmos"]);
  assert.deepEqual(names({ text: "none" }), []);
});

test("states and labels narrow the list", () => {
  assert.deepEqual(names({ state: "active", sort: "name" }), ["Cosmos", "uber 9"]);
  assert.deepEqual(names({ state: "downloading" }), ["uber 9"]);
  assert.deepEqual(names({ state: "paused", label: "Films" }), ["Cosmos"]);
  assert.deepEqual(names({ label: "Films", sort: "name" }), ["Cosmos", "Über 10"]);
});

test("every order is one, and the unknown comes last", () => {
  assert.deepEqual(names({ sort: "size" }), ["uber 9", "Cosmos", "Über 10", "A torrent"]);
  assert.deepEqual(names({ sort: "speed" })[0], "uber 9");
  assert.deepEqual(names({ sort: "progress" }), ["Über 10", "Cosmos", "uber 9", "A torrent"]);
  assert.deepEqual(names({ sort: "state" })[0], "A torrent");
  for (const sort of Object.keys(SORTS)) {
    const there = names({ sort });
    assert.deepEqual(arranged([...LIST].reverse(), { ...EVERYTHING, sort }).map(({ name }) => name), there, sort);
  }
});

/**
 * @param {string} time
 * @param {TorrentRecord[]} torrents
 */
const status = (time, torrents) => ({
  generated_at: `2026-03-01T${time}Z`,
  totals: { torrents: 0, active: 0, download_rate: 0, stored_bytes: 0, month_cost: 0 },
  workers: [],
  torrents,
});

test("an answer counts until a status is surely younger", () => {
  const records = new Records();
  const [old, paused] = [record("a", { state: "downloading" }), record("a", { state: "downloading", paused: true })];
  records.show(status("12:00:00", [old]));
  records.add(paused, "Sun, 01 Mar 2026 12:00:10 GMT");
  assert.equal(records.all[0].paused, true);
  // It was read before the index had the change.
  records.show(status("12:00:11", [old]));
  assert.equal(records.all[0].paused, true);
  records.show(status("12:00:14", [old]));
  assert.equal(records.all[0].paused, false);
});

test("what was added is there at once, and what was removed is gone at once", () => {
  const records = new Records();
  const fresh = record("b", { added_at: "2026-03-01T12:00:05Z", since: { queued: "2026-03-01T12:00:05Z" } });
  records.show(status("12:00:00", []));
  records.add(fresh);
  assert.deepEqual(records.all, [fresh]);
  records.add({ ...fresh, state: "removed" }, "Sun, 01 Mar 2026 12:00:07 GMT");
  assert.deepEqual(records.all, []);
  records.show(status("12:00:08", [fresh]));
  assert.deepEqual(records.all, []);
});

test("a torrent that was known long before is as the status has it", () => {
  const records = new Records();
  records.show(status("12:30:00", [record("c", { state: "complete" })]));
  records.add(record("c"));
  assert.equal(records.all[0].state, "complete");
});
