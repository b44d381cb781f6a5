import { element, setText } from "../dom.js";
import { count } from "../format.js";
import { Bulk } from "./bulk.js";
import { serverNow } from "./clock.js";
import { ListTools } from "./list-tools.js";
import { LiveRow } from "./live-row.js";
import { SORTS, arranged } from "./order.js";
import { Records } from "./records.js";

/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("../types.js").Status} Status */

/** The torrents on the page: rows that stay the same elements while what they say changes. */
export class TorrentList {
  #records = new Records();
  /** @type {Map<string, LiveRow>} */
  #rows = new Map();
  /** @type {Map<string, HTMLLIElement>} What the server has made and no row has taken over. */
  #there = new Map();
  #list;
  #note;
  #whenEmpty;
  #tools;
  #bulk;

  /**
   * @param {HTMLUListElement} list
   * @param {HTMLElement} tools Where those of the list go.
   * @param {HTMLElement} note What is said instead of rows.
   * @param {string} whenEmpty
   */
  constructor(list, tools, note, whenEmpty) {
    this.#list = list;
    this.#note = note;
    this.#whenEmpty = whenEmpty;
    this.#tools = new ListTools(tools, { viewed: () => this.#view(), selected: (all) => this.#selectAll(all) });
    this.#bulk = new Bulk({ say: (words) => this.say(words), cleared: () => this.#clearSelection() });
    note.after(this.#bulk.element);
    tools.hidden = list.children.length === 0;
    for (const row of list.querySelectorAll("li[data-infohash]")) {
      if (row instanceof HTMLLIElement) this.#there.set(row.dataset.infohash ?? "", row);
    }
    list.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {Status | null} status Null while there is none. */
  show(status) {
    this.#records.show(status);
    this.#tools.showLabels(this.#records.all.flatMap(({ label }) => label ?? []));
    this.#render(true);
  }

  /**
   * @param {TorrentRecord} record An answer of the API.
   * @param {string} [date] When it was given, if its state does not tell.
   */
  add(record, date) {
    this.#records.add(record, date);
    this.#render(true);
  }

  /** @param {string} words What happened, seen and heard. */
  say(words) {
    this.#tools.say(words);
  }

  /** @returns {LiveRow[]} */
  get #selected() {
    return [...this.#rows.values()].filter(({ isSelected }) => isSelected);
  }

  /** Somebody wants to see something else. */
  #view() {
    this.#render(false);
    const { all } = this.#records;
    this.say(this.#rows.size < all.length ? `${this.#rows.size} of ${count(all.length, "torrent")}` : "");
  }

  /** @param {boolean} isCalm Whether rows should keep their places, as nobody asked for others. */
  #render(isCalm) {
    const { all, workers } = this.#records;
    const records = arranged(all, this.#tools.view);
    const old = this.#rows;
    this.#rows = new Map();
    for (const record of records) {
      const row = old.get(record.infohash) ?? this.#row(record);
      row.update(record, workers);
      this.#rows.set(record.infohash, row);
    }
    const rows = isCalm && this.#isInUse() ? this.#asTheyWere(old) : [...this.#rows.values()];
    const inUse = [...old].find(([, row]) => row.element.contains(document.activeElement))?.[0];
    this.#place(rows.map((row) => row.element));
    if (inUse !== undefined && !this.#rows.has(inUse)) this.#leave(inUse, [...old.keys()]);
    this.#tools.element.hidden = all.length === 0;
    this.#showNote(all.length);
    this.#showSelection();
  }

  /** @param {TorrentRecord} record */
  #row(record) {
    const { infohash } = record;
    const there = this.#there.get(infohash) ?? element("li", {});
    this.#there.delete(infohash);
    return new LiveRow(record, this.#records.workers, {
      done: ({ record, date }) => this.add(record, date ?? new Date(serverNow()).toUTCString()),
      say: (words) => this.say(words),
      selected: () => this.#showSelection(),
    }, there);
  }

  /** Whether rows that change places by themselves would run away from under a hand. */
  #isInUse() {
    return SORTS[this.#tools.view.sort]?.moves && this.#list.matches(":hover, :focus-within");
  }

  /** @param {Map<string, LiveRow>} old */
  #asTheyWere(old) {
    const rows = [...this.#rows];
    const fresh = rows.filter(([infohash]) => !old.has(infohash)).map(([, row]) => row);
    return [...fresh, ...[...old.values()].filter((row) => this.#rows.get(row.record.infohash) === row)];
  }

  /** @param {HTMLLIElement[]} rows All that shall be there, in this order. */
  #place(rows) {
    const kept = new Set(rows);
    const { activeElement } = document;
    for (const child of [...this.#list.childNodes]) {
      if (!(child instanceof HTMLLIElement) || !kept.has(child)) child.remove();
    }
    let place = this.#list.firstElementChild;
    for (const row of rows) {
      if (row === place) place = row.nextElementSibling;
      else move(this.#list, row, place);
    }
    if (activeElement !== document.activeElement && activeElement instanceof HTMLElement && activeElement.isConnected) {
      activeElement.focus({ preventScroll: true });
    }
    this.#there.clear();
  }

  /**
   * The keyboard stays in the list when the row that it was on goes.
   *
   * @param {string} gone
   * @param {string[]} before All rows that there were.
   */
  #leave(gone, before) {
    const at = before.indexOf(gone);
    const next = [...before.slice(at), ...before.slice(0, at).reverse()].find((infohash) => this.#rows.has(infohash));
    if (next === undefined) this.#tools.focus();
    else this.#rows.get(next)?.focus();
  }

  /** @param {number} all */
  #showNote(all) {
    if (this.#rows.size > 0) return setText(this.#note, "");
    if (all === 0) return setText(this.#note, this.#whenEmpty);
    if (this.#note.querySelector("button")) return;
    const everything = element("button", { type: "button", class: "quiet" }, "Show all");
    everything.addEventListener("click", () => {
      this.#tools.clear();
      this.#view();
      this.#tools.focus();
    });
    this.#note.replaceChildren("No torrent is like that. ", everything);
  }

  #showSelection() {
    const selected = this.#selected;
    this.#tools.showSelected(selected.length, this.#rows.size);
    this.#bulk.show(selected);
  }

  /** @param {boolean} all */
  #selectAll(all) {
    for (const row of this.#rows.values()) row.isSelected = all;
    this.#showSelection();
  }

  #clearSelection() {
    this.#selectAll(false);
    this.#tools.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { target, key } = event;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step === undefined || !(target instanceof HTMLInputElement)) return;
    const rows = [...this.#list.children];
    const next = rows[rows.indexOf(/** @type {Element} */ (target.closest(".torrent"))) + step];
    event.preventDefault();
    next?.querySelector("input")?.focus();
  }
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} row
 * @param {Element | null} place
 */
function move(list, row, place) {
  const { moveBefore } = /** @type {{ moveBefore?: (node: Node, place: Node | null) => void }} */ (/** @type {unknown} */ (list));
  if (moveBefore && row.parentNode === list) moveBefore.call(list, row, place);
  else list.insertBefore(row, place);
}
