// The same rows as crates/pages/src/torrent_row.rs makes; what changes there changes here.

import { element, time } from "./dom.js";
import { count, duration, partOf, percent, size } from "./format.js";

/** @typedef {import("./types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("./types.js").Worker} Worker */
/** @typedef {{ live: boolean, since?: string }} Reach Whether the torrent's worker answers. */

/**
 * @param {TorrentRecord} record
 * @param {Worker[] | null} workers Null while nothing is known of them.
 * @returns {HTMLLIElement}
 */
export function torrentRow(record, workers) {
  const reach = workerReach(record, workers);
  const bar = progressBar(record);
  const state = element("p", { class: `state state-${record.state}` }, record.state);
  if (bar) state.append(` ${bar.value}%`);
  const row = element("li", { class: "torrent panel" }, heading(record), state);
  if (bar) row.append(bar);
  const note = noteOf(record, reach);
  if (note.length > 0) row.append(element("p", { class: "note" }, ...note));
  const items = facts(record, reach).map((fact) => element("li", {}, ...[fact].flat()));
  row.append(element("ul", { class: "facts" }, ...items));
  return row;
}

/** @param {TorrentRecord} record */
function heading(record) {
  const name = element("bdi", {}, record.name);
  const hasPage = record.state === "complete" || (record.stored_bytes > 0 && record.state !== "removed");
  const href = `/complete/${encodeURIComponent(record.infohash)}/index.html`;
  return element("h3", {}, hasPage ? element("a", { href }, name) : name);
}

/**
 * @param {TorrentRecord} record
 * @param {Worker[] | null} workers
 * @returns {Reach}
 */
function workerReach(record, workers) {
  const needed = record.state === "downloading" || record.state === "transferring";
  if (!needed || workers === null) return { live: true };
  const worker = workers.find(({ id }) => id === record.worker);
  if (worker) return { live: worker.live, since: worker.last_seen };
  return { live: false, since: record.progress?.at };
}

/**
 * Of what is known only: without a reading or a size there is no bar, rather than one at 0 %.
 *
 * @param {TorrentRecord} record
 * @returns {HTMLProgressElement | null}
 */
function progressBar(record) {
  /** @type {[string, number | undefined]} */
  const [label, part] =
    record.state === "downloading" ? ["downloaded", record.progress?.downloaded_bytes]
    : record.state === "transferring" ? ["stored", record.stored_bytes]
    : ["", undefined];
  if (part === undefined || record.size_bytes === undefined) return null;
  const value = String(percent(part, record.size_bytes));
  return element("progress", { max: "100", value, "aria-label": label });
}

/**
 * @param {TorrentRecord} record
 * @param {Reach} reach
 * @returns {(Node | string)[]} What went wrong, if anything.
 */
function noteOf(record, reach) {
  if (record.state === "failed") return [element("bdi", {}, record.reason ?? "reason unknown")];
  if (reach.live) return [];
  if (reach.since) return ["worker not reached since ", time(reach.since)];
  return ["worker not reached, since when is unknown"];
}

/**
 * @param {TorrentRecord} record
 * @param {Reach} reach
 * @returns {(string | (Node | string)[])[]}
 */
function facts(record, reach) {
  const known = progressFacts(record, reach);
  const someAreStored = ["queued", "downloading", "failed"].includes(record.state);
  if (someAreStored && record.stored_bytes > 0) known.push(`${size(record.stored_bytes)} stored`);
  if (record.file_count !== undefined) known.push(count(record.file_count, "file"));
  const moments = [["added", record.added_at]];
  const ended = record.since[record.state];
  if (ended && ["complete", "failed", "removed"].includes(record.state)) moments.push([record.state, ended]);
  return [...known, ...moments.map(([word, at]) => [`${word} `, time(at)])];
}

/**
 * A rate that was read before the worker went away says nothing about now, so only a live one shows it.
 *
 * @param {TorrentRecord} record
 * @param {Reach} reach
 * @returns {string[]}
 */
function progressFacts({ state, progress, size_bytes: total, stored_bytes: stored }, reach) {
  const whole = total === undefined ? "size unknown" : size(total);
  if (state === "transferring") return [`${partOf(stored, total)} stored`];
  if (state !== "downloading") return [whole];
  if (!progress) return [whole, "no reading from Deluge yet"];
  const part = partOf(progress.downloaded_bytes, total);
  if (!reach.live) return [`${part} when last read`];
  const { download_rate: rate, peers, eta_seconds: eta } = progress;
  return [
    part,
    rate === undefined ? "speed unknown" : `${size(rate)}/s`,
    peers === undefined ? "peers unknown" : count(peers, "peer"),
    eta === undefined ? "time left unknown" : `${duration(eta)} left`,
  ];
}
