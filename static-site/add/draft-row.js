import { element, setText } from "../dom.js";
import { count } from "../format.js";
import { factsOf, noteOf } from "./draft-words.js";
import { wishFields } from "./wish-fields.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./tree-view.js").TreeView} TreeView */
/** @typedef {{ add: (draft: Draft) => void, remove: (draft: Draft) => void, changed: () => void }} Actions */

/** @type {Record<import("./draft.js").DraftState, string>} */
const STATES = {
  reading: "reading",
  ready: "ready",
  unreadable: "not readable",
  refused: "cannot be added",
  waiting: "waiting",
  sending: "sending",
  added: "added",
  known: "known already",
  failed: "not added",
};

/** A draft as a person sees it. Its elements stay the same, so that the keyboard stays where it is. */
export class DraftRow {
  #draft;
  #actions;
  #name = element("bdi", {});
  #state = element("p", { class: "state" });
  #bar = element("progress", { max: "1" });
  #note = element("p", { class: "note" });
  #facts = element("ul", { class: "facts" });
  #files = element("details", { class: "more" });
  #wishes;
  #add = element("button", { type: "button", class: "quiet" });
  #remove = element("button", { type: "button", class: "quiet" });
  /** @type {TreeView | undefined} */
  #tree;

  /**
   * @param {Draft} draft
   * @param {Actions} actions
   */
  constructor(draft, actions) {
    this.#draft = draft;
    this.#actions = actions;
    this.#wishes = wishFields(draft, () => this.#render());
    this.element = element(
      "li",
      { class: "draft" },
      element("h3", {}, this.#name),
      this.#state,
      this.#bar,
      this.#note,
      this.#facts,
      element("div", { class: "foot" }, this.#files, this.#wishes.element, element("div", { class: "buttons" }, this.#add, this.#remove)),
    );
    this.#add.addEventListener("click", () => actions.add(draft));
    this.#remove.addEventListener("click", () => actions.remove(draft));
    this.#files.addEventListener("toggle", () => this.#showTree());
    // Enter in one of its fields means this row, not the form around all rows.
    this.#wishes.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      actions.add(draft);
    });
    draft.changed = () => this.#render();
    this.#render();
  }

  /** Puts the keyboard on it. */
  focus() {
    (this.#add.hidden ? this.#remove : this.#add).focus();
  }

  /** Shows its files at once, when there is something to choose. */
  openFiles() {
    this.#files.open = !this.#files.hidden;
  }

  /** Tells a person that this is the one. */
  flash() {
    this.element.classList.remove("flash");
    // Only a style that was drawn in between starts an animation again.
    void this.element.offsetWidth;
    this.element.classList.add("flash");
  }

  #render() {
    const hadFocus = this.element.contains(document.activeElement);
    this.#renderWords();
    this.#renderControls();
    // What the keyboard was on may be hidden now; it stays in the row.
    const { activeElement } = document;
    if (hadFocus && !(this.element.contains(activeElement) && activeElement?.checkVisibility())) this.focus();
    this.#actions.changed();
  }

  #renderWords() {
    const draft = this.#draft;
    const { state } = draft;
    setText(this.#name, draft.wishes.name.trim() || draft.name);
    this.#state.className = `state draft-${state}`;
    setText(this.#state, STATES[state]);
    this.#bar.setAttribute("aria-label", state === "reading" ? "reading" : "sending");
    this.#bar.hidden = !["reading", "sending"].includes(state);
    // Without a value it moves to and fro: the answer is awaited.
    if (draft.sent === undefined || draft.sent === 1) this.#bar.removeAttribute("value");
    else this.#bar.value = draft.sent;
    const note = noteOf(draft);
    setText(this.#note, note);
    this.#note.hidden = note === "";
    this.#note.className = draft.isDone ? "note good" : "note";
    this.#facts.replaceChildren(...factsOf(draft).map((fact) => element("li", {}, fact)));
  }

  #renderControls() {
    const draft = this.#draft;
    const { state, isDone } = draft;
    const busy = state === "sending" || state === "waiting";
    const settled = isDone || state === "refused";
    this.element.classList.toggle("done", isDone);
    this.#files.hidden = !draft.selection || settled || busy || draft.selection.files === 1;
    if (draft.selection && !this.#files.firstChild) {
      this.#files.append(element("summary", {}, `Choose among ${count(draft.selection.files, "file")}`));
    }
    this.#wishes.element.hidden = settled || busy || state === "reading";
    this.#wishes.mark(draft.field);
    this.#button(this.#add, addWord(draft), "");
    this.#add.hidden = settled || state === "reading";
    this.#add.setAttribute("aria-disabled", String(!draft.canSend));
    this.#button(this.#remove, isDone ? "Clear" : "Remove", isDone ? "" : " from this list");
    this.#remove.hidden = busy;
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} word
   * @param {string} rest
   */
  #button(button, word, rest) {
    if (button.textContent !== word) button.textContent = word;
    const name = `${word} ${this.#name.textContent}${rest}`;
    if (button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
  }

  async #showTree() {
    const { preview, selection } = this.#draft;
    if (!this.#files.open || !preview || !selection) return;
    const { TreeView } = await import("./tree-view.js");
    if (this.#tree) return;
    const tree = new TreeView(preview.tree, selection, `Files of ${preview.name}`, () => this.#render());
    this.#tree = tree;
    /** @param {string} word @param {boolean} wanted */
    const all = (word, wanted) => {
      const button = element("button", { type: "button", class: "quiet" }, word);
      button.addEventListener("click", () => {
        selection.setAll(wanted);
        tree.refresh();
        this.#render();
      });
      return button;
    };
    this.#files.append(element("div", { class: "buttons" }, all("Select all", true), all("Select none", false)), tree.element);
  }
}

/** @param {Draft} draft */
function addWord({ state }) {
  if (state === "sending" || state === "waiting") return "Adding …";
  return state === "failed" ? "Retry" : state === "unreadable" ? "Add anyway" : "Add";
}
