import { element, setText } from "../dom.js";
import { askToRemove } from "./ask.js";
import { COMMANDS, VERBS, carryOut } from "./commands.js";
import { patch } from "./patch.js";
import { rowWords } from "./torrent-row.js";

/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("../types.js").Worker} Worker */
/** @typedef {import("./files.js").Files} Files */
/** @typedef {import("./commands.js").Verb} Verb */
/** @typedef {import("./commands.js").Done} Done */

/**
 * @typedef {object} Around
 * @property {(done: Done) => void} done Told of every record that the API answers with.
 * @property {(words: string) => void} say
 * @property {() => void} selected Told when the row is selected, or not any more.
 */

/** A torrent in the list, with all that can be done with it. Its elements stay the same while it changes. */
export class LiveRow {
  element;
  #record;
  #around;
  /** @type {string} What the words were made of. */
  #made = "";
  /** @type {Element[]} */
  #words;
  #pick = element("input", { type: "checkbox" });
  #open = element("button", { type: "button", class: "plain", "aria-expanded": "false" }, "Files");
  #tools = element("div", { class: "tools" });
  #answer = element("p", { class: "note", hidden: "" });
  /** @type {Map<Verb, HTMLButtonElement>} */
  #buttons = new Map();
  /** @type {Files | undefined} */
  #files;
  /** @type {Verb | null} What is being done. */
  #doing = null;

  /**
   * @param {TorrentRecord} record
   * @param {Worker[] | null} workers
   * @param {Around} around
   * @param {HTMLLIElement} there The row that the server has made, or an empty one.
   */
  constructor(record, workers, around, there) {
    this.#record = record;
    this.#around = around;
    this.#words = [...there.children];
    this.element = there;
    there.dataset.infohash = record.infohash;
    there.className = "torrent";
    for (const verb of VERBS) this.#buttons.set(verb, this.#button(verb));
    this.#tools.append(this.#open, ...this.#buttons.values());
    there.replaceChildren(element("label", { class: "pick" }, this.#pick), ...this.#words, this.#tools, this.#answer);
    this.#pick.addEventListener("change", () => this.#select());
    this.#open.addEventListener("click", () => this.#toggleFiles());
    this.update(record, workers);
  }

  get record() {
    return this.#record;
  }

  get isSelected() {
    return this.#pick.checked;
  }

  set isSelected(selected) {
    if (this.#pick.checked === selected) return;
    this.#pick.checked = selected;
    this.element.classList.toggle("selected", selected);
  }

  /** Puts the keyboard on it. */
  focus() {
    this.#pick.focus();
  }

  /**
   * @param {TorrentRecord} record
   * @param {Worker[] | null} workers
   */
  update(record, workers) {
    const worker = workers?.find(({ id }) => id === record.worker);
    const made = JSON.stringify([record, worker?.live, worker?.last_seen, worker?.free_bytes, workers?.some(({ live }) => live)]);
    if (made === this.#made) return;
    this.#made = made;
    this.#record = record;
    const fresh = rowWords(record, workers);
    const kept = fresh.map((words, at) => {
      const there = this.#words[at];
      if (there) return patch(there, words);
      this.#tools.before(words);
      return words;
    });
    for (const extra of this.#words.slice(fresh.length)) extra.remove();
    this.#words = kept;
    this.#files?.update(record);
    this.#showTools();
  }

  /**
   * Does something with the torrent and says in the row why not, if not.
   *
   * @param {Verb} verb
   * @param {boolean} [keepFiles]
   * @returns {Promise<boolean>} Whether it is done.
   */
  async carryOut(verb, keepFiles) {
    if (this.#doing) return false;
    this.#doing = verb;
    this.#showTools();
    try {
      const done = await carryOut(this.#record.infohash, verb, keepFiles);
      this.#answer.hidden = typeof done !== "string";
      this.#answer.textContent = typeof done === "string" ? done : "";
      if (typeof done === "string") return false;
      this.#around.done(done);
      return true;
    } finally {
      this.#doing = null;
      this.#showTools();
    }
  }

  /** @param {Verb} verb */
  #button(verb) {
    const button = element("button", { type: "button", class: "plain" });
    button.addEventListener("click", () => this.#press(verb));
    return button;
  }

  /** @param {Verb} verb */
  async #press(verb) {
    if (this.#doing) return;
    const { stored_bytes } = this.#record;
    const keepFiles = verb === "remove" ? await askToRemove(this.#tools, "it", stored_bytes > 0) : false;
    if (keepFiles === null) return;
    const done = await this.carryOut(verb, keepFiles);
    // A name of either direction leaves the sentence as it is.
    const name = `\u2068${this.#record.name}\u2069`;
    this.#around.say(`${name}: ${done ? `${COMMANDS[verb].done}.` : this.#answer.textContent}`);
  }

  #select() {
    this.element.classList.toggle("selected", this.#pick.checked);
    this.#around.selected();
  }

  /** Few look into many rows, so what shows files is loaded for the first that is opened. */
  async #toggleFiles() {
    const opens = this.#open.getAttribute("aria-expanded") === "false";
    this.#open.setAttribute("aria-expanded", String(opens));
    this.#files?.element.remove();
    this.#files = undefined;
    if (!opens) return;
    try {
      const { Files } = await import("./files.js");
      if (this.#files || this.#open.getAttribute("aria-expanded") === "false") return;
      this.#files = new Files(this.#record);
      this.#files.element.id = `files-${this.#record.infohash}`;
      this.#open.setAttribute("aria-controls", this.#files.element.id);
      this.element.append(this.#files.element);
    } catch (error) {
      console.warn("what shows files was not loaded", error);
      this.#open.setAttribute("aria-expanded", "false");
      this.#around.say("The files could not be shown just now. Try again.");
    }
  }

  #showTools() {
    const { name } = this.#record;
    const hadFocus = this.#tools.contains(document.activeElement);
    setLabel(this.#pick, `Select ${name}`);
    setLabel(this.#open, `Files of ${name}`);
    for (const [verb, button] of this.#buttons) {
      const { word, doing, helps } = COMMANDS[verb];
      button.hidden = !helps(this.#record);
      button.setAttribute("aria-disabled", String(this.#doing !== null));
      setText(button, this.#doing === verb ? doing : word);
      setLabel(button, `${this.#doing === verb ? doing : word} ${name}`);
    }
    // What was pressed may help no more; the keyboard stays in the row.
    if (hadFocus && !document.activeElement?.checkVisibility()) this.#open.focus();
  }
}

/**
 * @param {Element} element
 * @param {string} label
 */
function setLabel(element, label) {
  if (element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
}
