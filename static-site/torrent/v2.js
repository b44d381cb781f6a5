// The file tree of BEP 52, as crates/torrent/src/metainfo/v2.rs reads it.

import { BadTorrent } from "./bencode.js";
import { clean, text } from "./file-name.js";
import { hasTarget, kindOf, readAttributes, readNames, size } from "./v1.js";

/** @typedef {import("./bencode.js").Reader} Reader */
/** @typedef {import("./v1.js").Entry} Entry */
/** @typedef {{ leaves: Entry[], isSingle: boolean }} Tree `isSingle`: its only entry is a file. */

/**
 * @param {Reader} reader At `info.file tree`.
 * @returns {Tree}
 */
export function readTree(reader) {
  /** @type {Entry[]} */
  const leaves = [];
  let entries = 0;
  let isSingle = false;
  reader.dict((_, name) => {
    entries += 1;
    isSingle = readEntry(reader, name, [], leaves);
  });
  return { leaves, isSingle: isSingle && entries === 1 };
}

/**
 * Recurses as deep as the reader lets it.
 *
 * @param {Reader} reader
 * @param {Uint8Array} name
 * @param {string[]} folders
 * @param {Entry[]} leaves
 * @returns {boolean} Whether it is a file.
 */
function readEntry(reader, name, folders, leaves) {
  if (name.length === 0 || reader.kind() !== "dict") throw damaged();
  const path = [...folders, clean(text(name)) || "_"];
  let isFile = false;
  reader.dict((_, bytes) => {
    if (isFile) throw damaged();
    if (bytes.length > 0) {
      readEntry(reader, bytes, path, leaves);
    } else {
      isFile = true;
      leaves.push({ path: path.join("/"), ...readLeaf(reader) });
    }
  });
  return isFile;
}

/**
 * @param {Reader} reader
 * @returns {Omit<Entry, "path">}
 */
function readLeaf(reader) {
  if (reader.kind() !== "dict") throw damaged();
  /** @type {{ root?: Uint8Array, target?: string[], length?: number, attributes?: import("./v1.js").Attributes }} */
  const found = {};
  reader.dict((key) => {
    if (key === "attr") found.attributes = readAttributes(reader);
    else if (key === "length") found.length = reader.integer();
    else if (key === "pieces root") found.root = reader.string();
    else if (key === "symlink path") found.target = readNames(reader);
    else reader.skip();
  });
  if (found.attributes?.padding) throw damaged();
  const bytes = found.attributes?.symlink ? 0 : size(found.length);
  const hasRoot = found.root?.length === 32 && found.root.some((byte) => byte !== 0);
  if (bytes > 0 && !hasRoot) throw new BadTorrent("one of its files has no hash");
  return { size: bytes, kind: kindOf(found.attributes, hasTarget(found.target)) };
}

/**
 * The files as libtorrent numbers them: each filled up to a whole piece by padding that the tree does not have.
 *
 * @param {Entry[]} leaves
 * @param {number} pieceLength
 * @returns {Entry[]}
 */
export function withPadding(leaves, pieceLength) {
  return leaves.flatMap((leaf) => {
    const filler = Math.ceil(leaf.size / pieceLength) * pieceLength - leaf.size;
    return filler > 0 ? [leaf, { path: "", size: filler, kind: /** @type {const} */ ("padding") }] : [leaf];
  });
}

/**
 * The two halves of a hybrid torrent must describe the same bytes, file by file; `v2` loses the filler at its
 * end if `v1` has none.
 *
 * @param {Entry[]} v1
 * @param {Entry[]} v2
 */
export function agree(v1, v2) {
  if (v1.length + 1 === v2.length) {
    const last = v2.findLastIndex((file) => file.size > 0);
    if (v2[last]?.kind === "padding") v2.splice(last, 1);
  }
  const same = v1.length === v2.length && v1.every((file, at) => {
    const other = v2[at];
    const [here, there] = [file, other].map(({ kind, size }) => kind !== "padding" && size > 0);
    return here === there && file.size === other.size;
  });
  if (!same) throw new BadTorrent("its v1 and v2 halves describe different files");
}

function damaged() {
  return new BadTorrent("its tree of files is damaged");
}
