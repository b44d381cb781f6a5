import { BadTorrent, Reader } from "./bencode.js";
import { clean, text } from "./file-name.js";
import { isBitcometPadding, kindOf, readAttributes, readFiles, size } from "./v1.js";
import { agree, readTree, withPadding } from "./v2.js";

/** @typedef {import("./v1.js").Entry} Entry */

/**
 * @typedef {object} Info The keys of an info dictionary that matter here.
 * @property {Uint8Array} raw
 * @property {Uint8Array} [name]
 * @property {number} [pieceLength]
 * @property {number} [pieces] Bytes of the SHA-1s.
 * @property {boolean} [hasLength]
 * @property {number} [length]
 * @property {import("./v1.js").Attributes} [attributes]
 * @property {Entry[]} [files]
 * @property {import("./v2.js").Tree} [tree]
 * @property {number} version
 * @property {boolean} isPrivate
 *
 * @typedef {{ index: number, path: string, size: number }} TorrentFile
 *
 * @typedef {object} Metainfo
 * @property {string} name
 * @property {TorrentFile[]} files Content only. `index` is the one that the API and Deluge know a file by; it
 *   counts padding and links, which are left out here.
 * @property {"v1" | "v2" | "hybrid"} version
 * @property {string[]} trackers Announce URLs, the first tier first.
 * @property {boolean} isPrivate BEP 27.
 * @property {Uint8Array} info The info dictionary as it stands in the file; its hash names the torrent.
 */

/** As crates/torrent has it. */
const FILES_MAX = 100_000;

/**
 * Reads a `.torrent` file (BEP 3, BEP 52). The server looks again and has the last word.
 *
 * @param {Uint8Array} bytes
 * @returns {Metainfo}
 * @throws {BadTorrent}
 */
export function parseMetainfo(bytes) {
  if (bytes.length === 0) throw new BadTorrent("it is empty");
  const { info, trackers } = readOuter(bytes);
  if (info.version > 2) throw new BadTorrent("it is of a version that nobody knows");
  if (!info.name) throw new BadTorrent("it has no name");
  if (!info.pieceLength || info.pieceLength < 0) throw new BadTorrent("it has no piece length");
  const hasV1 = info.version < 2 || info.files !== undefined || info.hasLength === true;
  const name = clean(text(info.name)) || "_";
  const entries = entriesOf(info, hasV1, name);
  checkSizes(info, entries);
  return {
    name,
    files: entries.flatMap(({ path, size, kind }, index) => (kind === "regular" ? [{ index, path, size }] : [])),
    version: info.version < 2 ? "v1" : hasV1 ? "hybrid" : "v2",
    trackers,
    isPrivate: info.isPrivate,
    info: info.raw,
  };
}

/** @param {Uint8Array} bytes */
function readOuter(bytes) {
  const reader = new Reader(bytes);
  if (reader.kind() !== "dict") throw new BadTorrent("it is not bencode");
  /** @type {{ info?: Info, announce?: Uint8Array, tiers: Uint8Array[] }} */
  const outer = { tiers: [] };
  reader.dict((key) => {
    if (key === "info" && outer.info) throw new BadTorrent("it has two info dictionaries");
    if (key === "info") outer.info = readInfo(bytes, reader);
    else if (key === "announce") outer.announce = reader.string();
    else if (key === "announce-list") outer.tiers = readTiers(reader);
    else reader.skip();
  });
  reader.end();
  if (!outer.info) throw new BadTorrent("it has no info dictionary");
  /** @param {Uint8Array[]} urls */
  const texts = (urls) => urls.map((url) => text(url).trimStart()).filter((url) => url !== "");
  const tiers = texts(outer.tiers);
  const trackers = tiers.length > 0 || !outer.announce ? tiers : texts([outer.announce]);
  return { info: outer.info, trackers };
}

/** @param {Reader} reader */
function readTiers(reader) {
  /** @type {Uint8Array[]} */
  const urls = [];
  /** @param {() => void} each */
  const listOrSkip = (each) => (reader.kind() === "list" ? reader.list(each) : reader.skip());
  listOrSkip(() =>
    listOrSkip(() => {
      const url = reader.string();
      if (url) urls.push(url);
    }),
  );
  return urls;
}

/**
 * @param {Uint8Array} bytes
 * @param {Reader} reader
 * @returns {Info}
 */
function readInfo(bytes, reader) {
  if (reader.kind() !== "dict") throw new BadTorrent("its info is no dictionary");
  const start = reader.offset;
  /** @type {Info} */
  const info = { raw: bytes, version: 0, isPrivate: false };
  /** @type {Uint8Array | undefined} */
  let nameUtf8;
  reader.canonical = true;
  reader.dict((key) => {
    if (key === "attr") info.attributes = readAttributes(reader);
    else if (key === "file tree" && reader.kind() === "dict") info.tree = readTree(reader);
    else if (key === "files" && reader.kind() === "list") info.files = readFiles(reader);
    else if (key === "length") [info.hasLength, info.length] = [true, reader.integer()];
    else if (key === "meta version") info.version = reader.integer() ?? 0;
    else if (key === "name") info.name = reader.string();
    else if (key === "name.utf-8") nameUtf8 = reader.string();
    else if (key === "piece length") info.pieceLength = reader.integer();
    else if (key === "pieces") info.pieces = reader.string()?.length;
    else if (key === "private") info.isPrivate = (reader.integer() ?? 0) !== 0;
    else reader.skip();
  });
  reader.canonical = false;
  info.name = nameUtf8 ?? info.name;
  info.raw = bytes.subarray(start, reader.offset);
  return info;
}

/**
 * @param {Info} info
 * @param {boolean} hasV1
 * @param {string} name
 * @returns {Entry[]} In the order in which libtorrent numbers them.
 */
function entriesOf(info, hasV1, name) {
  if (info.version < 2) {
    if (info.pieces === undefined) throw new BadTorrent("it has no piece hashes");
    return v1Entries(info, name);
  }
  if (!info.tree) throw new BadTorrent("it has no tree of files");
  const root = info.tree.isSingle && !info.files ? "" : `${name}/`;
  const leaves = info.tree.leaves.map((leaf) => ({ ...leaf, path: root + leaf.path }));
  const entries = withPadding(leaves, /** @type {number} */ (info.pieceLength));
  const v1 = hasV1 ? v1Entries(info, name) : [];
  if (v1.length > 0) agree(v1, entries);
  return entries;
}

/**
 * @param {Info} info
 * @param {string} name
 * @returns {Entry[]}
 */
function v1Entries(info, name) {
  const padding = isBitcometPadding(name);
  if (info.files) {
    return info.files.map((file) => ({
      ...file,
      path: `${name}/${file.path}`,
      kind: padding ? "padding" : file.kind,
    }));
  }
  const bytes = info.attributes?.symlink ? 0 : size(info.length);
  return [{ path: name, size: bytes, kind: padding ? "padding" : kindOf(info.attributes, false) }];
}

/**
 * @param {Info} info
 * @param {Entry[]} entries
 */
function checkSizes(info, entries) {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const pieces = Math.ceil(total / /** @type {number} */ (info.pieceLength));
  if (info.pieces !== undefined && info.pieces !== pieces * 20) {
    throw new BadTorrent("its piece hashes do not fit its size");
  }
  const content = entries.filter(({ kind }) => kind === "regular").length;
  if (total === 0 || content === 0) throw new BadTorrent("it has no content");
  if (entries.filter(({ kind }) => kind !== "padding").length > FILES_MAX) {
    throw new BadTorrent(`it has more than ${FILES_MAX} files`);
  }
}
