/** @typedef {import("./file-tree.js").FileTree} FileTree */

/** Which files of a tree are wanted; all at first. */
export class Selection {
  #tree;
  #chosen;
  #below;

  /** Files in all. */
  files = 0;
  /** Files that are wanted. */
  chosen = 0;
  /** Bytes of these. */
  bytes = 0;

  /** @param {FileTree} tree */
  constructor(tree) {
    this.#tree = tree;
    /** Files below each node that are wanted, and that there are; a file is below itself. */
    this.#chosen = new Int32Array(tree.ends.length);
    this.#below = new Int32Array(tree.ends.length);
    this.#set(0, tree.ends.length, true);
    this.#below.set(this.#chosen);
    this.files = this.chosen;
  }

  /**
   * @param {number} node
   * @returns {"true" | "false" | "mixed"} As `aria-checked` has it.
   */
  state(node) {
    const chosen = this.#chosen[node];
    return chosen === 0 ? "false" : chosen === this.#below[node] ? "true" : "mixed";
  }

  /** @param {number} node A folder takes with it all that is below. */
  toggle(node) {
    this.#set(node, this.#tree.ends[node], this.state(node) !== "true");
  }

  /** @param {boolean} wanted */
  setAll(wanted) {
    this.#set(0, this.#tree.ends.length, wanted);
  }

  /** @returns {number[] | undefined} The API's indices of the wanted files; undefined for all of them. */
  indices() {
    if (this.chosen === this.files) return undefined;
    const { indices } = this.#tree;
    return [...indices.filter((index, node) => index >= 0 && this.#chosen[node] > 0)].sort((a, b) => a - b);
  }

  /**
   * @param {number} start
   * @param {number} end
   * @param {boolean} wanted
   */
  #set(start, end, wanted) {
    const { indices, parents, sizes } = this.#tree;
    const chosen = this.#chosen;
    for (let node = start; node < end; node += 1) if (indices[node] >= 0) chosen[node] = Number(wanted);
    for (let node = 0; node < chosen.length; node += 1) if (indices[node] < 0) chosen[node] = 0;
    [this.chosen, this.bytes] = [0, 0];
    // From the back, so that a folder is whole before it is added to its own.
    for (let node = chosen.length - 1; node >= 0; node -= 1) {
      if (parents[node] >= 0) chosen[parents[node]] += chosen[node];
      if (indices[node] >= 0 && chosen[node] > 0) [this.chosen, this.bytes] = [this.chosen + 1, this.bytes + sizes[node]];
    }
  }
}
