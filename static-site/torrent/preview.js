import { fileTree } from "./file-tree.js";
import { parseMetainfo } from "./metainfo.js";

/**
 * @typedef {object} Preview What is shown of a `.torrent` before it is sent.
 * @property {string} name
 * @property {"v1" | "v2" | "hybrid"} version
 * @property {boolean} isPrivate
 * @property {string[]} trackers Their hosts.
 * @property {string} [infohash] As the API has it; unknown where the page has no `crypto.subtle`.
 * @property {import("./file-tree.js").FileTree} tree
 */

/**
 * @param {Uint8Array<ArrayBuffer>} bytes Of a `.torrent` file.
 * @returns {Promise<Preview>}
 * @throws {import("./bencode.js").BadTorrent}
 */
export async function previewOf(bytes) {
  const { name, files, version, trackers, isPrivate, info } = parseMetainfo(bytes);
  return {
    name,
    version,
    isPrivate,
    trackers: [...new Set(trackers.map(host))],
    infohash: await hash(version === "v2" ? "SHA-256" : "SHA-1", info),
    tree: fileTree(files),
  };
}

/** @param {string} url */
function host(url) {
  return URL.parse(url)?.host || url.slice(0, 60);
}

/**
 * @param {string} algorithm
 * @param {Uint8Array} info
 * @returns {Promise<string | undefined>} 40 digits, as of a v2 hash the first ones are used.
 */
async function hash(algorithm, info) {
  // There is none outside secure contexts.
  if (!globalThis.crypto?.subtle) return undefined;
  const digest = await crypto.subtle.digest(algorithm, /** @type {Uint8Array<ArrayBuffer>} */ (info));
  return [...new Uint8Array(digest).subarray(0, 20)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
