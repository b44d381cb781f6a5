import { element } from "../dom.js";
import { size } from "../format.js";

/** @typedef {import("../torrent/file-tree.js").FileTree} FileTree */
/** @typedef {import("../torrent/selection.js").Selection} Selection */

/** As style.css has it. */
const ROW_PX = 36;

/** Rows beyond what is seen, so that scrolling does not show white. */
const SPARE_ROWS = 10;

/** More than this is closed at first. */
const OPEN_NODES_MAX = 200;

/** Every tree on the page needs ids of its own. */
let trees = 0;

/**
 * A tree of files to choose from, as the ARIA Authoring Practices have it: one stop for the Tab key, then arrows,
 * Home, End, Space. Only the rows that can be seen exist, so 100,000 files cost no more than twenty.
 */
export class TreeView {
  #tree;
  #selection;
  #names;
  #open;
  /** @type {number[]} Nodes whose folders are all open, from top to bottom. */
  #visible = [];
  /** Where the keyboard is, in `#visible`. */
  #active = 0;
  #drawn = "";
  #id = `tree-${(trees += 1)}`;
  #rows = element("div", { role: "none", class: "tree-rows" });

  /**
   * @param {FileTree} tree
   * @param {Selection} selection
   * @param {string} name What it is called for who cannot see it.
   * @param {() => void} changed Called after every choice.
   */
  constructor(tree, selection, name, changed) {
    this.#tree = tree;
    this.#selection = selection;
    this.#names = tree.names.split("\n");
    this.#open = new Uint8Array(this.#names.length).fill(Number(this.#names.length <= OPEN_NODES_MAX));
    this.changed = changed;
    this.element = element(
      "div",
      { role: "tree", tabindex: "0", class: "tree", "aria-label": name, "aria-multiselectable": "true" },
      this.#rows,
    );
    this.element.addEventListener("scroll", () => this.#draw());
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => this.#draw()).observe(this.element);
    this.#list();
  }

  /** Draws it again after the selection was changed elsewhere. */
  refresh() {
    this.#drawn = "";
    this.#draw();
  }

  #list() {
    const { ends } = this.#tree;
    this.#visible = [];
    for (let node = 0; node < ends.length; node = this.#open[node] ? node + 1 : ends[node]) this.#visible.push(node);
    this.#active = Math.min(this.#active, this.#visible.length - 1);
    this.#rows.style.height = `${this.#visible.length * ROW_PX}px`;
    this.refresh();
  }

  #draw() {
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW_PX) - SPARE_ROWS);
    const count = Math.ceil((this.element.clientHeight || 360) / ROW_PX) + 2 * SPARE_ROWS;
    const last = Math.min(this.#visible.length, first + count);
    const places = Array.from({ length: last - first }, (_, at) => first + at);
    // What the keyboard is on must exist to be spoken.
    if (this.#active < first || this.#active >= last) places.push(this.#active);
    const key = `${first} ${last} ${this.#active}`;
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#rows.replaceChildren(...places.map((place) => this.#row(place)));
    this.element.setAttribute("aria-activedescendant", `${this.#id}-${this.#visible[this.#active]}`);
  }

  /** @param {number} place In `#visible`. */
  #row(place) {
    const node = this.#visible[place];
    const { ends, depths, parents, sizes } = this.#tree;
    const checked = this.#selection.state(node);
    const box = element("input", { type: "checkbox", tabindex: "-1", "aria-hidden": "true" });
    [box.checked, box.indeterminate] = [checked === "true", checked === "mixed"];
    const row = element(
      "div",
      {
        role: "treeitem",
        id: `${this.#id}-${node}`,
        class: place === this.#active ? "tree-row active" : "tree-row",
        "data-place": String(place),
        "aria-level": String(depths[node] + 1),
        "aria-checked": checked,
      },
      element("span", { class: "twisty", "aria-hidden": "true" }),
      box,
      element("bdi", {}, this.#names[node]),
      " ",
      element("span", { class: "hint number" }, size(sizes[node])),
    );
    if (ends[node] > node + 1) row.setAttribute("aria-expanded", String(Boolean(this.#open[node])));
    if (parents[node] < 0 && this.#visible.length < OPEN_NODES_MAX) {
      const siblings = this.#visible.filter((other) => parents[other] < 0);
      row.setAttribute("aria-setsize", String(siblings.length));
      row.setAttribute("aria-posinset", String(siblings.indexOf(node) + 1));
    }
    row.style.setProperty("--place", String(place));
    row.style.setProperty("--depth", String(Math.min(depths[node], 6)));
    return row;
  }

  /** @param {number} place */
  #go(place) {
    this.#active = Math.max(0, Math.min(place, this.#visible.length - 1));
    const [top, height] = [this.#active * ROW_PX, this.element.clientHeight];
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + ROW_PX > this.element.scrollTop + height) this.element.scrollTop = top + ROW_PX - height;
    this.#draw();
  }

  /** @param {boolean} open */
  #setOpen(open) {
    this.#open[this.#visible[this.#active]] = Number(open);
    this.#list();
  }

  #toggle() {
    this.#selection.toggle(this.#visible[this.#active]);
    this.refresh();
    this.changed();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = this.#visible[this.#active];
    const isFolder = this.#tree.ends[node] > node + 1;
    const isOpen = isFolder && this.#open[node] === 1;
    const parent = this.#visible.indexOf(this.#tree.parents[node]);
    const page = Math.floor(this.element.clientHeight / ROW_PX) - 1;
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowDown: () => this.#go(this.#active + 1),
      ArrowUp: () => this.#go(this.#active - 1),
      PageDown: () => this.#go(this.#active + page),
      PageUp: () => this.#go(this.#active - page),
      Home: () => this.#go(0),
      End: () => this.#go(this.#visible.length - 1),
      ArrowRight: () => (isOpen ? this.#go(this.#active + 1) : isFolder && this.#setOpen(true)),
      ArrowLeft: () => (isOpen ? this.#setOpen(false) : parent >= 0 && this.#go(parent)),
      " ": () => this.#toggle(),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const row = target.closest("[data-place]");
    if (!(row instanceof HTMLElement)) return;
    this.#active = Number(row.dataset.place);
    const node = this.#visible[this.#active];
    const isTwisty = target.classList.contains("twisty") && this.#tree.ends[node] > node + 1;
    if (isTwisty) this.#setOpen(this.#open[node] === 0);
    else this.#toggle();
  }
}
