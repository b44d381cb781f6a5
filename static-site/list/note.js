// The same sentences as crates/pages/src/torrent_row/note.rs makes: what holds a torrent up, or what went wrong.

import { size } from "../format.js";

/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("../types.js").Worker} Worker */
/** @typedef {{ live: true, worker?: Worker } | { live: false, since?: string }} Reach Whether the torrent's worker answers, if it needs one. */
/** @typedef {{ class: "note" | "hint", text: string, at?: string }} Note `note` where somebody has to act or a repair is waited for. */

/** With less than this free a download cannot be trusted to go on: pieces are up to 16 MiB, many at a time. */
const DISK_FULL_BYTES = 256 * 1024 * 1024;

/**
 * @param {TorrentRecord} record
 * @param {Worker[] | null} workers Null while nothing is known of them.
 * @returns {Reach}
 */
export function workerReach(record, workers) {
  const needed = record.state === "downloading" || record.state === "transferring";
  if (!needed || workers === null) return { live: true };
  const worker = workers.find(({ id }) => id === record.worker);
  if (worker?.live) return { live: true, worker };
  return { live: false, since: worker ? worker.last_seen : record.progress?.at };
}

/**
 * @param {TorrentRecord} record
 * @param {Reach} reach
 * @param {Worker[] | null} workers
 * @returns {Note | null}
 */
export function noteOf(record, reach, workers) {
  const { state, reason, missing_since: missing } = record;
  if (state === "failed") return trouble(reason ?? "reason unknown");
  if (!reach.live && reach.since !== undefined) return { ...trouble("worker not reached since"), at: reach.since };
  if (!reach.live) return trouble("worker not reached, since when is unknown");
  if (state === "queued" && workers !== null && !workers.some(({ live }) => live)) return hint("waits for a worker; none is there now");
  if (state === "transferring") return heldUp(record);
  if (state !== "downloading") return null;
  if (missing !== undefined) return { ...trouble("Deluge does not have it at the moment; last reading"), at: missing };
  return heldUp(record) ?? disk(record, reach.worker) ?? waiting(record);
}

/** @param {string} text @returns {Note} */
const trouble = (text) => ({ class: "note", text });

/** @param {string} text @returns {Note} */
const hint = (text) => ({ class: "hint", text });

/**
 * What the agent said that it waits for: room on its disk, say, or a file that Deluge has to check again.
 *
 * @param {TorrentRecord} record
 */
function heldUp({ reason }) {
  return reason === undefined ? null : trouble(`held up: ${reason}`);
}

/**
 * What a download meets on the worker's disk.
 *
 * @param {TorrentRecord} record
 * @param {Worker} [worker]
 */
function disk({ size_bytes: whole, progress }, worker) {
  const done = progress?.downloaded_bytes;
  const toGo = whole === undefined || done === undefined ? undefined : Math.max(0, whole - done);
  const free = worker?.free_bytes;
  if (free !== undefined && free < DISK_FULL_BYTES && toGo !== 0) return trouble(`the worker's disk is full: ${size(free)} free`);
  if (progress?.activity === "stopped") return trouble("Deluge stopped it because of an error");
  if (toGo === undefined || free === undefined || toGo <= free) return null;
  return trouble(`it does not fit: ${size(toGo)} to go, ${size(free)} free on the worker's disk`);
}

/**
 * What a download waits for while nothing is wrong.
 *
 * @param {TorrentRecord} record
 */
function waiting({ progress, paused, size_bytes: whole, source }) {
  if (progress?.paused === true) return paused ? null : hint("will go on");
  if (paused) return hint("will be paused");
  if (!progress) return null;
  if (progress.activity === "waiting") return hint("waits in Deluge's queue until other torrents are done");
  if (progress.activity === "checking") return hint("Deluge sees to what is on its disk");
  const noPeers = progress.peers === 0;
  if (whole === undefined && source.type === "magnet") {
    const from = noPeers ? "none is found yet" : "they are asked for it";
    return hint(`metadata is missing: name, size and files come from peers, ${from}`);
  }
  return noPeers ? hint("no peers: nobody is there to download it from") : null;
}
