/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("../types.js").Status} Status */
/** @typedef {{ record: TorrentRecord, at: number }} Answer Of the API, and when it was true. */

/** So long after a change the index that `status.json` is made from may not have it. */
const SETTLED_MS = 3_000;

/** What is known: what `status.json` says, and what the API has answered since. All times are the server's. */
export class Records {
  /** @type {Status | null} */
  #status = null;

  /** @type {Map<string, Answer>} */
  #answers = new Map();

  /** @param {Status | null} status */
  show(status) {
    this.#status = status;
    if (!status) return;
    const made = Date.parse(status.generated_at);
    for (const [infohash, { at }] of this.#answers) if (at + SETTLED_MS < made) this.#answers.delete(infohash);
  }

  /**
   * @param {TorrentRecord} record
   * @param {string} [date] When the server said so; otherwise it is as old as its state.
   */
  add(record, date) {
    const at = date ? Date.parse(date) : Math.max(...Object.values(record.since).map((at) => Date.parse(at)));
    const made = this.#status ? Date.parse(this.#status.generated_at) : -Infinity;
    if (at + SETTLED_MS >= made) this.#answers.set(record.infohash, { record, at });
  }

  /** @returns {import("../types.js").Worker[] | null} Null while nothing is known of them. */
  get workers() {
    return this.#status?.workers ?? null;
  }

  /** @returns {TorrentRecord[]} Those that are not removed. */
  get all() {
    const records = new Map(this.#status?.torrents.map((record) => [record.infohash, record]));
    for (const [infohash, { record }] of this.#answers) records.set(infohash, record);
    return [...records.values()].filter(({ state }) => state !== "removed");
  }
}
