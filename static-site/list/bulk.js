import { turns } from "../add/turns.js";
import { element, setText } from "../dom.js";
import { count } from "../format.js";
import { askToRemove } from "./ask.js";
import { COMMANDS, VERBS } from "./commands.js";

/** @typedef {import("./live-row.js").LiveRow} LiveRow */
/** @typedef {import("./commands.js").Verb} Verb */

const AT_ONCE = 4;

/** What can be done with all that are selected; in sight as long as any are. */
export class Bulk {
  element = element("div", { class: "bulk", role: "group", "aria-label": "With the selected torrents", hidden: "" });
  #words = element("p", {});
  #tools = element("div", { class: "tools" });
  #clear = element("button", { type: "button", class: "plain" }, "Clear");
  /** @type {Map<Verb, HTMLButtonElement>} */
  #buttons = new Map();
  /** @type {LiveRow[]} */
  #rows = [];
  #told;
  #busy = false;

  /** @param {{ say: (words: string) => void, cleared: () => void }} told */
  constructor(told) {
    this.#told = told;
    for (const verb of VERBS) {
      const button = element("button", { type: "button", class: verb === "remove" ? "quiet harmful" : "quiet" });
      button.addEventListener("click", () => this.#press(verb));
      this.#buttons.set(verb, button);
    }
    this.#clear.addEventListener("click", told.cleared);
    this.#tools.append(...this.#buttons.values(), this.#clear);
    this.element.append(this.#words, this.#tools);
  }

  /** @param {LiveRow[]} selected */
  show(selected) {
    this.#rows = selected;
    this.element.hidden = selected.length === 0 && !this.#busy;
    setText(this.#words, `${selected.length} selected`);
    for (const [verb, button] of this.#buttons) {
      const { length } = this.#helped(verb);
      button.hidden = length === 0;
      setText(button, `${COMMANDS[verb].word} ${length}`);
      button.setAttribute("aria-disabled", String(this.#busy));
    }
  }

  /** @param {Verb} verb */
  #helped(verb) {
    return this.#rows.filter(({ record }) => COMMANDS[verb].helps(record));
  }

  /** @param {Verb} verb */
  async #press(verb) {
    if (this.#busy) return;
    const rows = this.#helped(verb);
    const isStored = rows.some(({ record }) => record.stored_bytes > 0);
    const keepFiles = verb === "remove" ? await askToRemove(this.#tools, count(rows.length, "torrent"), isStored) : false;
    if (keepFiles === null) return;
    this.#busy = true;
    this.show(this.#rows);
    try {
      this.#told.say(`${COMMANDS[verb].doing} ${count(rows.length, "torrent")}`);
      const take = turns(AT_ONCE);
      const results = await Promise.all(rows.map((row) => take(() => row.carryOut(verb, keepFiles))));
      const done = results.filter(Boolean).length;
      const failed = done < rows.length ? `, ${rows.length - done} not, see why in the rows` : "";
      this.#told.say(`${count(done, "torrent")} ${COMMANDS[verb].done}${failed}.`);
    } finally {
      this.#busy = false;
      const hadFocus = this.element.contains(document.activeElement);
      this.show(this.#rows);
      if (hadFocus && !document.activeElement?.checkVisibility()) this.#clear.focus();
    }
  }
}
