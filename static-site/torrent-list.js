import { torrentRow } from "./torrent-row.js";

/** @typedef {import("./types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("./types.js").Status} Status */

/** The list on the page: what `status.json` says, and what was added here and is not in it yet. */
export class TorrentList {
  /** @type {Status | null} */
  #status = null;

  /** @type {Map<string, TorrentRecord>} Answers of the API by info-hash. */
  #answers = new Map();

  /** @type {Map<string, HTMLLIElement>} */
  #rows = new Map();

  #list;

  /** @param {HTMLUListElement} list */
  constructor(list) {
    this.#list = list;
  }

  /** @returns {boolean} */
  get isEmpty() {
    return this.#rows.size === 0;
  }

  /** @param {Status | null} status Null while there is none. */
  show(status) {
    this.#status = status;
    this.#render();
  }

  /** @param {TorrentRecord} record */
  add(record) {
    this.#answers.set(record.infohash, record);
    this.#render();
  }

  /** @returns {TorrentRecord[]} Newest first. */
  #records() {
    const records = new Map(this.#status?.torrents.map((record) => [record.infohash, record]));
    for (const [infohash, answer] of this.#answers) {
      if (!records.has(infohash) || this.#isNews(answer)) records.set(infohash, answer);
    }
    return [...records.values()].sort((a, b) => Date.parse(b.added_at) - Date.parse(a.added_at));
  }

  /**
   * Whether the answer tells of something that happened after the status was written. Both times are the
   * server's, so a wrong clock here does not matter.
   *
   * @param {TorrentRecord} answer
   */
  #isNews(answer) {
    const happened = Object.values(answer.since).map((at) => Date.parse(at));
    return this.#status === null || Math.max(...happened) > Date.parse(this.#status.generated_at);
  }

  #render() {
    const records = this.#records();
    const rows = new Map();
    for (const record of records) {
      const fresh = torrentRow(record, this.#status?.workers ?? null);
      rows.set(record.infohash, this.#kept(record.infohash, fresh));
    }
    for (const [infohash, row] of this.#rows) if (!rows.has(infohash)) row.remove();
    let place = this.#list.firstElementChild;
    for (const row of rows.values()) {
      if (row === place) place = row.nextElementSibling;
      else this.#list.insertBefore(row, place);
    }
    this.#rows = rows;
  }

  /**
   * The row that is on the page, brought up to date. Its link stays the same element, so that whoever stands
   * on it with the keyboard is not thrown off every five seconds.
   *
   * @param {string} infohash
   * @param {HTMLLIElement} fresh
   * @returns {HTMLLIElement}
   */
  #kept(infohash, fresh) {
    const row = this.#rows.get(infohash);
    const heading = row?.firstElementChild;
    if (!row || !heading?.isEqualNode(fresh.firstElementChild)) {
      row?.remove();
      return fresh;
    }
    if (!row.isEqualNode(fresh)) {
      while (heading.nextSibling) heading.nextSibling.remove();
      row.append(...[...fresh.childNodes].slice(1));
    }
    return row;
  }
}
