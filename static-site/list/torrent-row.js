// The same rows as crates/pages/src/torrent_row.rs makes; what changes there changes here.

import { element, svg, time } from "../dom.js";
import { count, duration, fixed, partOf, percent, size } from "../format.js";
import { ago } from "./clock.js";
import { noteOf, workerReach } from "./note.js";

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("../types.js").Progress} Progress */
/** @typedef {import("../types.js").Worker} Worker */
/** @typedef {import("./note.js").Reach} Reach */
/** @typedef {{ downloaded: number, stored: number }} Bar Percent; what is stored was downloaded first. */

/** @type {Record<State | "paused", string>} For those who look instead of read. */
const SIGNS = {
  queued: "…",
  downloading: "↓",
  paused: "‖",
  transferring: "↑",
  complete: "✓",
  failed: "✕",
  removed: "–",
};

/**
 * What a row says, without anything to press.
 *
 * @param {TorrentRecord} record
 * @param {Worker[] | null} workers Null while nothing is known of them.
 * @returns {Element[]}
 */
export function rowWords(record, workers) {
  const reach = workerReach(record, workers);
  const bar = barOf(record);
  const note = noteOf(record, reach, workers);
  /** @type {Element[]} */
  const words = [heading(record), stateWord(record, bar)];
  if (bar) words.push(barElement(bar));
  if (note) {
    const said = element("p", { class: note.class }, element("bdi", {}, note.text));
    if (note.at) said.append(" ", time(note.at));
    words.push(said);
  }
  const label = record.label === undefined ? [] : [tag(record.label)];
  return [...words, element("ul", { class: "facts" }, ...label, ...facts(record, reach))];
}

/** @param {TorrentRecord} record */
export function isActive({ state }) {
  return state === "queued" || state === "downloading" || state === "transferring";
}

/**
 * @param {TorrentRecord} record
 * @returns {State | "paused"} Paused when Deluge has it at rest, not only its owner's wish.
 */
export function shownState({ state, progress }) {
  return state === "downloading" && progress?.paused === true ? "paused" : state;
}

/**
 * Of what is known only: without a reading or a size there is no bar, rather than one at 0 %.
 *
 * @param {TorrentRecord} record
 * @returns {Bar | null}
 */
export function barOf({ state, size_bytes: whole, stored_bytes, progress }) {
  if (whole === undefined) return null;
  const stored = percent(stored_bytes, whole);
  if (state === "transferring") return { downloaded: 100, stored };
  if (state !== "downloading" || progress?.downloaded_bytes === undefined) return null;
  return { downloaded: Math.max(percent(progress.downloaded_bytes, whole), stored), stored };
}

/** @param {TorrentRecord} record */
function heading({ name, state, stored_bytes, infohash }) {
  const text = element("bdi", {}, name);
  const hasPage = state === "complete" || (stored_bytes > 0 && state !== "removed");
  const href = `/complete/${encodeURIComponent(infohash)}/index.html`;
  return element("h3", {}, hasPage ? element("a", { href }, text) : text);
}

/**
 * @param {TorrentRecord} record
 * @param {Bar | null} bar
 */
function stateWord(record, bar) {
  const state = shownState(record);
  const part = bar ? ` ${record.state === "transferring" ? bar.stored : bar.downloaded}%` : "";
  return element("p", { class: `state state-${state}` }, element("span", { "aria-hidden": "true" }, SIGNS[state]), ` ${state}${part}`);
}

/** @param {Bar} bar */
function barElement({ downloaded, stored }) {
  return svg(
    "svg",
    {
      class: "bar",
      width: "100%",
      height: "6",
      viewBox: "0 0 100 1",
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": `${downloaded}% downloaded, ${stored}% stored`,
    },
    svg("rect", { class: "bar-downloaded", width: String(downloaded), height: "1", "fill-opacity": "0.4" }),
    svg("rect", { class: "bar-stored", width: String(stored), height: "1" }),
  );
}

/** @param {string} label */
function tag(label) {
  return element("li", { class: "tag" }, element("span", { class: "unseen" }, "label "), element("bdi", {}, label));
}

/**
 * @param {TorrentRecord} record
 * @param {Reach} reach
 */
function facts(record, reach) {
  const { state, stored_bytes, file_count, worker, since } = record;
  const words = progressFacts(record, reach);
  const someAreStored = state === "queued" || state === "downloading" || state === "failed";
  if (someAreStored && stored_bytes > 0) words.push(`${size(stored_bytes)} stored`);
  if (file_count !== undefined) words.push(count(file_count, "file"));
  if (worker !== undefined && isActive(record)) words.push(`on ${worker}`);
  const items = words.map((text) => element("li", {}, element("bdi", {}, text)));
  items.push(past("added", record.added_at));
  const ended = state === "complete" || state === "failed" || state === "removed" ? since[state] : undefined;
  if (ended !== undefined) items.push(past(state, ended));
  return items;
}

/**
 * @param {string} word
 * @param {string} at
 */
function past(word, at) {
  return element("li", {}, element("bdi", {}, word), " ", ago(at));
}

/**
 * A rate that was read before the worker went away says nothing about now, so only a live one shows it.
 *
 * @param {TorrentRecord} record
 * @param {Reach} reach
 * @returns {string[]}
 */
function progressFacts(record, reach) {
  const { state, progress, size_bytes: total, stored_bytes: stored } = record;
  const whole = total === undefined ? "size unknown" : size(total);
  if (state === "transferring") return [`${partOf(stored, total)} stored`, ...ratio(progress)];
  if (state !== "downloading") return [whole];
  if (!progress) return [whole, "no reading from Deluge yet"];
  const part = partOf(progress.downloaded_bytes, total);
  if (!reach.live || record.missing_since !== undefined) return [`${part} when last read`];
  const { download_rate: rate, peers, eta_seconds: eta } = progress;
  const speed = [
    rate === undefined ? "speed unknown" : `${size(rate)}/s`,
    eta === undefined ? "time left unknown" : `${duration(eta)} left`,
  ];
  return [
    part,
    ...(progress.paused === true ? [] : speed),
    peers === undefined ? "peers unknown" : count(peers, "peer"),
    ...ratio(progress),
  ];
}

/**
 * Without anything on disk there is no ratio, which is not worth a word.
 *
 * @param {Progress} [progress]
 */
function ratio(progress) {
  return progress?.ratio === undefined ? [] : [`ratio ${fixed(progress.ratio, 2)}`];
}
