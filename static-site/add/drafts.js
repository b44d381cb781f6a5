import { count } from "../format.js";
import { Draft } from "./draft.js";
import { DraftRow } from "./draft-row.js";
import { turns } from "./turns.js";

/** @typedef {import("./draft.js").Origin} Origin */
/** @typedef {import("./draft.js").DraftState} DraftState */
/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */

const AT_ONCE = 4;

/** @type {[DraftState, string][]} */
const RESULTS = [["added", "added"], ["known", "known already"], ["failed", "not added, see why in the rows"]];

/**
 * @typedef {object} Surroundings
 * @property {(record: TorrentRecord) => void} added Told of every record that the API answers with.
 * @property {() => void} changed Told after every change.
 * @property {(words: string) => void} say Tells the person what happened.
 * @property {() => string} label For torrents without one of their own.
 * @property {() => void} leave Puts the keyboard somewhere when no row is left.
 */

/** The torrents that are to be added, in rows. */
export class Drafts {
  /** @type {Map<Draft, DraftRow>} */
  #rows = new Map();
  /** @type {Promise<unknown>} Ends when all that was taken so far is read. */
  taken = Promise.resolve();
  #reading = turns(AT_ONCE);
  #sending = turns(AT_ONCE);
  #list;
  #around;

  /**
   * @param {HTMLOListElement} list
   * @param {Surroundings} around
   */
  constructor(list, around) {
    this.#list = list;
    this.#around = around;
  }

  /** @returns {Draft[]} Those that one click sends. */
  get ready() {
    return [...this.#rows.keys()].filter((draft) => draft.isReady);
  }

  /** @returns {Draft[]} */
  get done() {
    return [...this.#rows.keys()].filter((draft) => draft.isDone);
  }

  get isBusy() {
    return [...this.#rows.keys()].some(({ state }) => state === "sending" || state === "waiting");
  }

  /**
   * Makes a row of each, and reads what can be read.
   *
   * @param {Origin[]} origins
   * @returns {Promise<string>} What became of them, in words.
   */
  async take(origins) {
    const taking = Promise.all(origins.map((origin) => this.#take(origin)));
    this.taken = Promise.allSettled([this.taken, taking]);
    const taken = await taking;
    const kept = taken.filter((draft) => draft !== undefined);
    if (kept.length === 1) this.#rows.get(kept[0])?.openFiles();
    const ready = kept.filter((draft) => draft.state === "ready").length;
    const words = [];
    if (ready > 0) words.push(`${count(ready, "torrent")} ready to add`);
    if (kept.length > ready) words.push(`${count(kept.length - ready, "file")} not readable`);
    if (taken.length > kept.length) words.push(`${taken.length - kept.length} here already`);
    return `${words.join(", ")}.`;
  }

  /**
   * @param {Draft[]} drafts
   * @returns {Promise<string>} What became of them, in words.
   */
  async send(drafts) {
    for (const draft of drafts) draft.become("waiting");
    await Promise.all(drafts.map((draft) => this.#sending(() => this.#send(draft))));
    const [{ name, state, problem }] = drafts;
    if (drafts.length === 1 && state === "failed") return `Not added: ${problem}`;
    if (drafts.length === 1) return `${state === "known" ? "Known already" : "Added"}: ${name}`;
    const parts = RESULTS.map(([state, words]) => ({ words, number: drafts.filter((draft) => draft.state === state).length }));
    return `${parts.filter(({ number }) => number > 0).map(({ number, words }) => `${number} ${words}`).join(", ")}.`;
  }

  /** Takes away what needs no attention any more. */
  clearDone() {
    for (const draft of this.done) this.#drop(draft);
    this.#around.changed();
    this.#around.leave();
  }

  /**
   * @param {Origin} origin
   * @returns {Promise<Draft | undefined>} None when the same torrent is here already.
   */
  async #take(origin) {
    const draft = new Draft(origin);
    if (this.#isTwin(draft)) return undefined;
    const row = new DraftRow(draft, {
      add: (draft) => this.#addOne(draft),
      remove: (draft) => this.#remove(draft),
      changed: () => this.#around.changed(),
    });
    this.#rows.set(draft, row);
    this.#list.append(row.element);
    await this.#reading(() => draft.read());
    // What is in a file says more than what it is called.
    if (this.#isTwin(draft)) {
      this.#drop(draft);
      return undefined;
    }
    return draft;
  }

  /** @param {Draft} draft */
  #isTwin(draft) {
    const twin = [...this.#rows.keys()].find((other) => other !== draft && other.identity === draft.identity);
    if (twin) this.#rows.get(twin)?.flash();
    return twin !== undefined;
  }

  /** @param {Draft} draft */
  async #addOne(draft) {
    if (draft.canSend) this.#around.say(await this.send([draft]));
  }

  /** @param {Draft} draft */
  async #send(draft) {
    await draft.send(this.#around.label());
    if (draft.record) this.#around.added(draft.record);
  }

  /** @param {Draft} draft */
  #remove(draft) {
    const rows = [...this.#rows.values()];
    const at = [...this.#rows.keys()].indexOf(draft);
    this.#drop(draft);
    this.#around.changed();
    const next = rows[at + 1] ?? rows[at - 1];
    if (next) next.focus();
    else this.#around.leave();
  }

  /** @param {Draft} draft */
  #drop(draft) {
    this.#rows.get(draft)?.element.remove();
    this.#rows.delete(draft);
  }
}
