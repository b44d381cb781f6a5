// Which torrents are shown, and in which order.

import { barOf, isActive, shownState } from "./torrent-row.js";

/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */
/** @typedef {{ text: string, state: string, label: string, sort: string }} View Empty for everything. */
/** @typedef {{ word: string, moves?: boolean, by: (a: TorrentRecord, b: TorrentRecord) => number }} Sort `moves`: by itself, while somebody looks. */

const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

const STATES = ["failed", "downloading", "transferring", "paused", "queued", "complete", "removed"];

/** @type {Record<string, Sort>} The first is meant when none is. */
export const SORTS = {
  newest: { word: "Newest first", by: largest((record) => Date.parse(record.added_at)) },
  name: { word: "By name", by: (a, b) => NAMES.compare(a.name, b.name) },
  size: { word: "Largest first", by: largest(({ size_bytes }) => size_bytes) },
  state: { word: "By state", by: (a, b) => STATES.indexOf(shownState(a)) - STATES.indexOf(shownState(b)) },
  speed: { word: "Fastest first", moves: true, by: largest((record) => (isActive(record) ? record.progress?.download_rate : undefined)) },
  progress: { word: "By progress", moves: true, by: largest((record) => (record.state === "complete" ? 100 : barOf(record)?.downloaded)) },
};

/** What can be asked for besides single states. */
export const STATE_WORDS = {
  "": "All states",
  active: "Active",
  downloading: "Downloading",
  paused: "Paused",
  queued: "Queued",
  transferring: "Transferring",
  complete: "Complete",
  failed: "Failed",
};

/**
 * @param {TorrentRecord[]} records
 * @param {View} view
 * @returns {TorrentRecord[]}
 */
export function arranged(records, { text, state, label, sort }) {
  const words = folded(text).split(/\s+/).filter(Boolean);
  const { by } = SORTS[sort] ?? SORTS.newest;
  const matching = records.filter((record) => {
    const name = folded(record.name);
    return (
      (state === "" || (state === "active" ? isActive(record) : shownState(record) === state)) &&
      (label === "" || record.label === label) &&
      words.every((word) => name.includes(word) || record.infohash === word)
    );
  });
  return matching.sort((a, b) => by(a, b) || SORTS.newest.by(a, b) || (a.infohash < b.infohash ? -1 : 1));
}

/**
 * @param {(record: TorrentRecord) => number | undefined} value
 * @returns {Sort["by"]} What is unknown comes last.
 */
function largest(value) {
  return (a, b) => (value(b) ?? -1) - (value(a) ?? -1);
}

/**
 * @param {string} text
 * @returns {string} Without what people leave out when they search.
 */
function folded(text) {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
