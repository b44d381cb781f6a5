import { Refusal, removeTorrent, tellTorrent } from "../api.js";
import { NoAnswer } from "../request.js";
import { isActive } from "./torrent-row.js";

/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */
/** @typedef {"pause" | "resume" | "retry" | "remove"} Verb */

/**
 * @typedef {object} Command What an owner can have done with a torrent.
 * @property {string} word On the button.
 * @property {string} doing While it runs.
 * @property {string} done Afterwards.
 * @property {(record: TorrentRecord) => boolean} helps
 */

/** @type {Record<Verb, Command>} */
export const COMMANDS = {
  retry: { word: "Retry", doing: "Retrying …", done: "queued again", helps: ({ state }) => state === "failed" },
  pause: {
    word: "Pause",
    doing: "Pausing …",
    done: "will be paused",
    helps: ({ state, paused }) => (state === "queued" || state === "downloading") && !paused,
  },
  resume: { word: "Resume", doing: "Resuming …", done: "will go on", helps: (record) => isActive(record) && record.paused },
  remove: { word: "Remove", doing: "Removing …", done: "removed", helps: ({ state }) => state !== "removed" },
};

export const VERBS = /** @type {Verb[]} */ (Object.keys(COMMANDS));

/** @typedef {{ record: TorrentRecord, date: string | null }} Done The record as it was at that time. */

/**
 * @param {string} infohash
 * @param {Verb} verb
 * @param {boolean} keepFiles Whether what is stored stays when the torrent is removed.
 * @returns {Promise<Done | string>} Why not, for the person, when it was not done.
 */
export async function carryOut(infohash, verb, keepFiles = false) {
  try {
    return await (verb === "remove" ? removeTorrent(infohash, keepFiles) : tellTorrent(infohash, verb));
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    if (error instanceof NoAnswer) return "No answer came, so it is not known whether it was done. Trying again is safe.";
    throw error;
  }
}
