/** @typedef {import("./metainfo.js").TorrentFile} TorrentFile */

/**
 * A tree of files as flat arrays, so that 100,000 files pass from a worker in no time. A folder stands before
 * what is in it; all arrays are by node.
 *
 * @typedef {object} FileTree
 * @property {string} names One per line; a clean name has no line break.
 * @property {Int32Array} ends The node after the last one below: itself plus one for a file.
 * @property {Int32Array} parents -1 at the top.
 * @property {Int32Array} depths 0 at the top.
 * @property {Int32Array} indices The file's index in the torrent, -1 for a folder.
 * @property {Float64Array} sizes Bytes, a folder's of all that is below.
 *
 * @typedef {{ folders: Map<string, Branch>, files: { name: string, file: TorrentFile }[] }} Branch
 */

/** Deeper folders become one name. */
const DEPTH_MAX = 50;

const COLLATOR = new Intl.Collator(undefined, { numeric: true });

/**
 * @param {TorrentFile[]} files
 * @returns {FileTree} Without the folder that all have in common; folders first, then in the order of names.
 */
export function fileTree(files) {
  const root = branchOf(files);
  const [only] = root.folders.values();
  const top = root.files.length === 0 && root.folders.size === 1 ? only : root;
  return flatten(top, count(top));
}

/**
 * @param {TorrentFile[]} files
 * @returns {Branch}
 */
function branchOf(files) {
  /** @returns {Branch} */
  const empty = () => ({ folders: new Map(), files: [] });
  const root = empty();
  for (const file of files) {
    const names = file.path.split("/");
    if (names.length > DEPTH_MAX) names.splice(DEPTH_MAX - 2, names.length - DEPTH_MAX + 1, "…");
    const name = /** @type {string} */ (names.pop());
    let branch = root;
    for (const folder of names) {
      let next = branch.folders.get(folder);
      if (!next) branch.folders.set(folder, (next = empty()));
      branch = next;
    }
    branch.files.push({ name, file });
  }
  return root;
}

/**
 * @param {Branch} branch
 * @returns {number}
 */
function count(branch) {
  let nodes = branch.files.length + branch.folders.size;
  for (const folder of branch.folders.values()) nodes += count(folder);
  return nodes;
}

/**
 * @param {Branch} top
 * @param {number} nodes
 * @returns {FileTree}
 */
function flatten(top, nodes) {
  const array = () => new Int32Array(nodes);
  const [ends, parents, depths, indices] = [array(), array(), array(), array()];
  const sizes = new Float64Array(nodes);
  /** @type {string[]} */
  const names = [];
  /**
   * @param {string} name
   * @param {number} parent
   * @param {number} depth
   */
  const node = (name, parent, depth) => {
    const at = names.push(name) - 1;
    [ends[at], parents[at], depths[at], indices[at]] = [at + 1, parent, depth, -1];
    return at;
  };
  /**
   * @param {Branch} branch
   * @param {number} parent
   * @param {number} depth
   */
  const visit = (branch, parent, depth) => {
    const folders = [...branch.folders].sort(([a], [b]) => COLLATOR.compare(a, b));
    for (const [name, folder] of folders) {
      const at = node(name, parent, depth);
      visit(folder, at, depth + 1);
      ends[at] = names.length;
      if (parent >= 0) sizes[parent] += sizes[at];
    }
    for (const { name, file } of branch.files.sort((a, b) => COLLATOR.compare(a.name, b.name))) {
      const at = node(name, parent, depth);
      [indices[at], sizes[at]] = [file.index, file.size];
      if (parent >= 0) sizes[parent] += file.size;
    }
  };
  visit(top, -1, 0);
  return { names: names.join("\n"), ends, parents, depths, indices, sizes };
}
