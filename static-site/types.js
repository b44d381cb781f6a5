/**
 * What the server says, for the type checker; this module is never loaded.
 *
 * @typedef {"queued" | "downloading" | "transferring" | "complete" | "failed" | "removed"} State
 *
 * @typedef {"downloading" | "seeding" | "waiting" | "checking" | "paused" | "stopped" | "other"} Activity
 *
 * @typedef {object} Progress One reading of Deluge; what is missing is unknown, not 0.
 * @property {string} at
 * @property {number} [downloaded_bytes]
 * @property {number} [download_rate] Bytes per second.
 * @property {number} [peers]
 * @property {boolean} [paused] Whether Deluge has it at rest.
 * @property {Activity} [activity]
 * @property {number} [ratio]
 * @property {number} [eta_seconds]
 *
 * @typedef {object} TorrentRecord As crates/torrent serialises it.
 * @property {string} infohash
 * @property {string} name A stranger's text.
 * @property {State} state
 * @property {string} [label]
 * @property {string} [reason] Why it failed or, while it is active, what holds it up.
 * @property {boolean} paused Whether its owner wants it to rest.
 * @property {{ type: "file" | "magnet" }} source
 * @property {number} [size_bytes]
 * @property {number} [file_count]
 * @property {string} [worker]
 * @property {Progress} [progress]
 * @property {string} [missing_since] When Deluge last told of it, if it should and does not; in `status.json` only.
 * @property {number} stored_bytes
 * @property {string} added_at
 * @property {Partial<Record<State, string>>} since
 *
 * @typedef {object} TorrentFile One of the files that the API tells of.
 * @property {number} index
 * @property {string} path A stranger's text.
 * @property {number} size_bytes
 * @property {boolean} wanted
 * @property {boolean} stored
 * @property {string} [link]
 *
 * @typedef {TorrentRecord & { files?: TorrentFile[], files_next?: number }} TorrentWithFiles
 *
 * @typedef {object} Worker
 * @property {string} id
 * @property {boolean} live
 * @property {string} last_seen
 * @property {number} [free_bytes]
 *
 * @typedef {object} Totals Over all torrents, those that are not listed included.
 * @property {number} torrents
 * @property {number} active
 * @property {number} download_rate Bytes per second.
 * @property {number} stored_bytes
 * @property {number} month_cost US dollars.
 *
 * @typedef {object} Status `/status/status.json`.
 * @property {string} generated_at
 * @property {string} [fresh_until] While anything is active: by when it is made again, whatever happens.
 * @property {Totals} totals
 * @property {Worker[]} workers
 * @property {TorrentRecord[]} torrents
 *
 * @typedef {object} Problem RFC 9457.
 * @property {string} [title]
 * @property {string} [detail]
 * @property {string} [field] The member of the request that is wrong.
 */

export {};
