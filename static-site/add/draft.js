import { Refusal, addTorrent, upload } from "../api.js";
import { size } from "../format.js";
import { NoAnswer } from "../request.js";
import { Selection } from "../torrent/selection.js";
import { toBase64 } from "./base64.js";
import { Unreadable, contents, readPreview } from "./read.js";

/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("../torrent/preview.js").Preview} Preview */
/** @typedef {import("../torrent/links.js").MagnetLink} MagnetLink */
/** @typedef {{ file: File } | { magnet: MagnetLink } | { url: string }} Origin Where a torrent comes from. */

/**
 * `unreadable` says only what this page thinks: it may be sent all the same. `refused` is never sent.
 *
 * @typedef {"reading" | "ready" | "unreadable" | "refused" | "waiting" | "sending" | "added" | "known" | "failed"} DraftState
 */

const MIB = 1024 * 1024;

/** As crates/torrent has it; reading more into memory would be of no use. */
export const TORRENT_BYTES_MAX = 10 * MIB;

/** As add-torrent has it; what is larger goes by way of the bucket. */
export const INLINE_BYTES_MAX = 4 * MIB;

/** Lambda takes 6 MB; a choice of files is part of it. */
const REQUEST_BYTES_MAX = 5_900_000;

/** An index of a torrent of 100,000 files, padding counted, and a comma. */
const INDEX_BYTES = 7;

/** One torrent on its way from a person to the API. */
export class Draft {
  /** @type {DraftState} */
  state = "reading";
  /** What a stranger calls it. */
  name;
  /** @type {Preview | undefined} */
  preview;
  /** @type {Selection | undefined} */
  selection;
  /** What is wrong with it, for the person. */
  problem = "";
  /** @type {string | undefined} The wish that is wrong: `name`, `label` or `files`. */
  field;
  /** @type {number | undefined} How much is sent, 0 to 1. */
  sent;
  /** @type {TorrentRecord | undefined} */
  record;
  /** What the person wants it to be called, and filed under; empty for no wish. */
  wishes = { name: "", label: "" };

  /** Called after every change. */
  changed = () => {};

  /** @param {Origin} origin */
  constructor(origin) {
    this.origin = origin;
    this.name =
      "file" in origin ? origin.file.name
      : "url" in origin ? origin.url
      : (origin.magnet.name ?? origin.magnet.infohash ?? origin.magnet.magnet);
  }

  /** @returns {string} What two drafts of the same torrent have in common. */
  get identity() {
    if ("url" in this.origin) return this.origin.url;
    if ("magnet" in this.origin) return this.origin.magnet.infohash ?? this.origin.magnet.magnet;
    const { name, size, lastModified } = this.origin.file;
    return this.preview?.infohash ?? `${name}\n${size}\n${lastModified}`;
  }

  /** Whether it is too large to be part of a request. */
  get needsUpload() {
    if (!("file" in this.origin)) return false;
    const bytes = this.origin.file.size;
    const { chosen, files } = this.selection ?? { chosen: 0, files: 0 };
    const choice = chosen < files ? chosen * INDEX_BYTES : 0;
    return bytes > INLINE_BYTES_MAX || (bytes / 3) * 4 + choice > REQUEST_BYTES_MAX;
  }

  /** Whether nothing is wanted of it. */
  get isEmpty() {
    return this.selection?.chosen === 0;
  }

  /** Whether it goes with all the others. */
  get isReady() {
    return this.state === "ready" && !this.isEmpty;
  }

  /** Whether it may be sent when it is asked for by itself. */
  get canSend() {
    return this.isReady || (!this.isEmpty && ["failed", "unreadable"].includes(this.state));
  }

  get isDone() {
    return this.state === "added" || this.state === "known";
  }

  /** @param {DraftState} state */
  become(state, problem = "") {
    [this.state, this.problem] = [state, problem];
    this.changed();
  }

  /** Finds out what can be told of it before it is sent. */
  async read() {
    if (!("file" in this.origin)) return this.become("ready");
    const { file } = this.origin;
    if (file.size > TORRENT_BYTES_MAX) {
      return this.become("refused", `This file has ${size(file.size)}; a torrent file has 10 MiB at most.`);
    }
    try {
      this.preview = await readPreview(file);
      this.name = this.preview.name;
      this.selection = new Selection(this.preview.tree);
      return this.become("ready");
    } catch (error) {
      if (error instanceof Unreadable) return this.become(error.isGone ? "refused" : "unreadable", error.message);
      this.become("unreadable", "This page could not look into the file.");
      throw error;
    }
  }

  /** @param {string} label For torrents without a label of their own. */
  async send(label) {
    this.field = undefined;
    this.sent = undefined;
    this.become("sending");
    try {
      const source = await this.#source();
      const { record, known } = await addTorrent({ ...source, ...this.#wishes(label) }, (part) => this.#progress(part));
      this.record = record;
      this.name = record.name;
      this.become(known ? "known" : "added");
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @returns {Promise<import("../api.js").Source>} */
  async #source() {
    if ("url" in this.origin) return { url: this.origin.url };
    if ("magnet" in this.origin) return { magnet: this.origin.magnet.magnet };
    const { file } = this.origin;
    if (this.needsUpload) return { upload: await upload(file, (part) => this.#progress(part)) };
    return { torrent: await toBase64(await contents(file)) };
  }

  /** @param {string} label */
  #wishes(label) {
    const name = this.wishes.name.trim() || undefined;
    return { name, label: this.wishes.label.trim() || label || undefined, files: this.selection?.indices() };
  }

  /** @param {number} part */
  #progress(part) {
    this.sent = part;
    this.changed();
  }

  /** @param {unknown} error */
  #fail(error) {
    if (error instanceof Refusal) {
      this.field = error.field;
      this.become("failed", error.message);
    } else if (error instanceof NoAnswer) {
      this.become("failed", "No answer came, so it is not known whether the torrent arrived. Adding it again is safe.");
    } else if (error instanceof Unreadable) {
      this.become("failed", error.message);
    } else {
      this.become("failed", "Something went wrong on this page. Reload it and try again.");
      throw error;
    }
  }
}
