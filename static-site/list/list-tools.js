import { element, setText } from "../dom.js";
import { SORTS, STATE_WORDS } from "./order.js";

/** @typedef {import("./order.js").View} View */

/** What is above the list: which torrents are shown, and in which order. */
export class ListTools {
  element;
  #text = element("input", { type: "search", "aria-label": "Search names", placeholder: "Search", autocomplete: "off", spellcheck: "false" });
  #state = select("State", Object.entries(STATE_WORDS));
  #label = select("Label", [["", "All labels"]]);
  #sort = select("Order", Object.entries(SORTS).map(([key, { word }]) => [key, word]));
  #all = element("input", { type: "checkbox", "aria-label": "Select all that are shown" });
  #said = element("p", { class: "hint said", role: "status" });

  /**
   * @param {HTMLElement} place
   * @param {{ viewed: () => void, selected: (all: boolean) => void }} told
   */
  constructor(place, told) {
    this.element = place;
    place.setAttribute("role", "search");
    place.setAttribute("aria-label", "Torrents");
    place.replaceChildren(element("label", { class: "pick" }, this.#all), this.#text, this.#state, this.#label, this.#sort);
    // Beside it: what became of the last torrent is told when there is nothing to choose from any more.
    place.after(this.#said);
    for (const field of [this.#text, this.#state, this.#label, this.#sort]) field.addEventListener("input", told.viewed);
    this.#all.addEventListener("change", () => told.selected(this.#all.checked));
    this.showLabels([]);
  }

  /** @returns {View} */
  get view() {
    return { text: this.#text.value, state: this.#state.value, label: this.#label.value, sort: this.#sort.value };
  }

  focus() {
    this.#text.focus();
  }

  /** Shows everything again. */
  clear() {
    for (const field of [this.#text, this.#state, this.#label]) field.value = "";
  }

  /** @param {string[]} labels All that there are. */
  showLabels(labels) {
    const options = ["", ...new Set(labels)].sort();
    const [chosen, there] = [this.#label.value, [...this.#label.options].map(({ value }) => value)];
    this.#label.hidden = options.length === 1;
    if (options.join("\n") === there.join("\n")) return;
    this.#label.replaceChildren(...options.map((label) => element("option", { value: label }, label || "All labels")));
    this.#label.value = options.includes(chosen) ? chosen : "";
  }

  /**
   * @param {number} selected
   * @param {number} shown
   */
  showSelected(selected, shown) {
    this.#all.checked = shown > 0 && selected === shown;
    this.#all.indeterminate = selected > 0 && selected < shown;
  }

  /** @param {string} words What happened, seen and heard. */
  say(words) {
    setText(this.#said, words);
  }
}

/**
 * @param {string} name
 * @param {[string, string][]} options
 */
function select(name, options) {
  return element("select", { "aria-label": name }, ...options.map(([value, word]) => element("option", { value }, word)));
}
