// The file list of BEP 3 with the attributes of BEP 47, as crates/torrent/src/metainfo/v1.rs reads it.

import { BadTorrent } from "./bencode.js";
import { clean, isNothing, text } from "./file-name.js";

/** @typedef {import("./bencode.js").Reader} Reader */
/** @typedef {"regular" | "padding" | "symlink"} Kind */
/** @typedef {{ path: string, size: number, kind: Kind }} Entry Of the file list, padding included. */
/** @typedef {{ padding: boolean, symlink: boolean }} Attributes */

/** How BitComet names its filler, which has no attribute. */
const BITCOMET_PADDING = "_____padding_file_";

/** Beyond this libtorrent refuses. */
const FILE_BYTES_MAX = (2 ** 30 - 1) * 16_384 - 1;

/** @param {string} name */
export function isBitcometPadding(name) {
  return name.slice(0, 240).includes(BITCOMET_PADDING);
}

/**
 * @param {Reader} reader At `info.files`.
 * @returns {Entry[]} Without the torrent's own name.
 */
export function readFiles(reader) {
  /** @type {Entry[]} */
  const files = [];
  reader.list(() => {
    if (reader.kind() !== "dict") throw new BadTorrent("its list of files is damaged");
    files.push(readFile(reader));
  });
  return files;
}

/**
 * @param {Reader} reader
 * @returns {Entry}
 */
function readFile(reader) {
  /** @type {{ path?: string[], utf8?: string[], target?: string[], length?: number, attributes?: Attributes }} */
  const found = {};
  reader.dict((key) => {
    if (key === "length") found.length = reader.integer();
    else if (key === "path") found.path = readNames(reader);
    else if (key === "path.utf-8") found.utf8 = readNames(reader);
    else if (key === "attr") found.attributes = readAttributes(reader);
    else if (key === "symlink path") found.target = readNames(reader);
    else reader.skip();
  });
  const attributes = found.attributes ?? { padding: false, symlink: false };
  const names = found.utf8 ?? found.path ?? [];
  if (names.length === 0 && !attributes.padding) throw new BadTorrent("one of its files has no name");
  const path = names.map(clean).filter((name) => name !== "");
  const kind = names.some(isBitcometPadding) ? "padding" : kindOf(attributes, hasTarget(found.target));
  return { path: path.join("/") || "_", size: attributes.symlink ? 0 : size(found.length), kind };
}

/**
 * @param {Reader} reader
 * @returns {string[] | undefined} The next value when it is a list of strings; what is no list is passed over.
 */
export function readNames(reader) {
  if (reader.kind() !== "list") {
    reader.skip();
    return undefined;
  }
  /** @type {string[]} */
  const names = [];
  reader.list(() => {
    const name = reader.string();
    if (!name) throw new BadTorrent("one of its paths is damaged");
    names.push(text(name));
  });
  return names;
}

/**
 * @param {Reader} reader
 * @returns {Attributes | undefined}
 */
export function readAttributes(reader) {
  const letters = reader.string();
  return letters && { padding: letters.includes(0x70), symlink: letters.includes(0x6c) };
}

/**
 * A link without a target is an empty file.
 *
 * @param {Attributes | undefined} attributes
 * @param {boolean} hasTarget
 * @returns {Kind}
 */
export function kindOf(attributes, hasTarget) {
  if (attributes?.padding) return "padding";
  return attributes?.symlink && hasTarget ? "symlink" : "regular";
}

/** @param {string[]} [target] */
export function hasTarget(target) {
  return target?.some((name) => !isNothing(name)) ?? false;
}

/**
 * @param {number} [length]
 * @returns {number}
 */
export function size(length) {
  if (length === undefined || length < 0 || length > FILE_BYTES_MAX) {
    throw new BadTorrent("the size of one of its files is missing or impossible");
  }
  return length;
}
