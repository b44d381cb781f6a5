/**
 * What the server says, for the type checker; this module is never loaded.
 *
 * @typedef {"queued" | "downloading" | "transferring" | "complete" | "failed" | "removed"} State
 *
 * @typedef {object} Progress One reading of Deluge; what is missing is unknown, not 0.
 * @property {string} at
 * @property {number} [downloaded_bytes]
 * @property {number} [download_rate] Bytes per second.
 * @property {number} [peers]
 * @property {number} [eta_seconds]
 *
 * @typedef {object} TorrentRecord As crates/torrent serialises it.
 * @property {string} infohash
 * @property {string} name A stranger's text.
 * @property {State} state
 * @property {string} [label]
 * @property {string} [reason]
 * @property {number} [size_bytes]
 * @property {number} [file_count]
 * @property {string} [worker]
 * @property {Progress} [progress]
 * @property {number} stored_bytes
 * @property {string} added_at
 * @property {Partial<Record<State, string>>} since
 *
 * @typedef {object} Worker
 * @property {string} id
 * @property {boolean} live
 * @property {string} last_seen
 * @property {number} [free_bytes]
 *
 * @typedef {object} Status `/status/status.json`.
 * @property {string} generated_at
 * @property {Worker[]} workers
 * @property {TorrentRecord[]} torrents
 *
 * @typedef {object} Problem RFC 9457.
 * @property {string} [title]
 * @property {string} [detail]
 * @property {string} [field] The member of the request that is wrong.
 */

export {};
