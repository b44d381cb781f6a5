import { element } from "../dom.js";
import { count, size } from "../format.js";
import { TreeView } from "./tree-view.js";
import { wishFields } from "./wish-fields.js";

/** @typedef {import("./draft.js").Draft} Draft */
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

const HOSTS_SHOWN = 3;

/** A draft as a person sees it. Its elements stay the same, so that the keyboard stays where it is. */
export class DraftRow {
  #draft;
  #actions;
  #name = element("bdi", {});
  #state = element("p", { class: "state" });
  #bar = element("progress", { max: "1", "aria-label": "sent" });
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
    const draft = this.#draft;
    const { state } = draft;
    const busy = state === "sending" || state === "waiting";
    setText(this.#name, draft.wishes.name.trim() || draft.name);
    this.#state.className = `state draft-${state}`;
    setText(this.#state, STATES[state]);
    this.#bar.hidden = !["reading", "sending"].includes(state);
    // Without a value it moves to and fro: the answer is awaited.
    if (draft.sent === undefined || draft.sent === 1) this.#bar.removeAttribute("value");
    else this.#bar.value = draft.sent;
    const note = noteOf(draft);
    setText(this.#note, note);
    this.#note.hidden = note === "";
    this.#note.className = draft.isDone ? "note good" : "note";
    this.#facts.replaceChildren(...facts(draft).map((fact) => element("li", {}, fact)));
    this.element.classList.toggle("done", draft.isDone);
    const settled = draft.isDone || state === "refused";
    this.#files.hidden = !draft.selection || settled || busy || draft.selection.files === 1;
    this.#wishes.element.hidden = settled || busy || state === "reading";
    this.#wishes.mark(draft.field);
    if (draft.selection && !this.#files.firstChild) {
      this.#files.append(element("summary", {}, `Choose among ${count(draft.selection.files, "file")}`));
    }
    this.#button(this.#add, addWord(draft), "");
    this.#add.hidden = !["ready", "failed", "unreadable"].includes(state);
    this.#add.setAttribute("aria-disabled", String(!draft.canSend));
    this.#button(this.#remove, draft.isDone ? "Clear" : "Remove", draft.isDone ? "" : " from this list");
    this.#remove.hidden = busy;
    this.#actions.changed();
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

  #showTree() {
    const { preview, selection } = this.#draft;
    if (!this.#files.open || this.#tree || !preview || !selection) return;
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

/**
 * Saying the same again would make a screen reader speak.
 *
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Draft} draft */
function addWord({ state }) {
  return state === "failed" ? "Retry" : state === "unreadable" ? "Add anyway" : "Add";
}

/** @param {Draft} draft */
function noteOf(draft) {
  if (draft.state === "added") return "Added. It stands in the list below.";
  if (draft.state === "known") return `It was added before and is ${draft.record?.state}.`;
  if (draft.isEmpty && !draft.problem) return "Choose at least one file.";
  return draft.problem;
}

/**
 * @param {Draft} draft
 * @returns {(string | Node)[]}
 */
function facts(draft) {
  const { origin, preview, selection } = draft;
  const label = draft.wishes.label.trim();
  const labels = label && !draft.isDone ? [`label ${label}`] : [];
  if ("url" in origin) return [...labels, "URL", "the server fetches it and looks inside"];
  if ("magnet" in origin) {
    const { infohash, trackers } = origin.magnet;
    const hash = infohash ? [element("code", {}, infohash)] : [];
    return [...labels, "magnet link", ...hash, trackerWords(trackers)];
  }
  if (!preview || !selection) return preview ? [] : [size(origin.file.size)];
  const { chosen, files, bytes } = selection;
  const all = chosen === files ? count(files, "file") : `${chosen} of ${count(files, "file")}`;
  const kind = [preview.isPrivate ? "private" : "public"];
  if (preview.version !== "v1") kind.push(preview.version);
  const large = draft.needsUpload ? [`torrent file of ${size(origin.file.size)}, so it goes the larger path`] : [];
  return [...labels, size(bytes), all, ...kind, trackerWords(preview.trackers), ...large];
}

/** @param {string[]} hosts */
function trackerWords(hosts) {
  if (hosts.length === 0) return "no tracker";
  const more = hosts.length - HOSTS_SHOWN;
  const shown = element("bdi", {}, hosts.slice(0, HOSTS_SHOWN).join(", "));
  return element("span", {}, hosts.length === 1 ? "tracker " : "trackers ", shown, more > 0 ? ` and ${more} more` : "");
}
