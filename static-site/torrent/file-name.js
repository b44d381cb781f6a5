const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Separators, control characters, and characters that make `gpj.exe` look like `exe.jpg`. */
const REPLACED = /[/\\\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** What libtorrent has nothing left of, once it dropped these. */
const DROPPED = /[\0/\\\u200e\u200f\u202a-\u202e]/g;

/**
 * @param {Uint8Array} bytes
 * @returns {string} A stranger's words; what is not UTF-8 becomes U+FFFD.
 */
export function text(bytes) {
  return UTF8.decode(bytes);
}

/**
 * As crates/torrent/src/file_path.rs cleans a component, but without cutting it.
 *
 * @param {string} name
 * @returns {string} Empty for what vanishes.
 */
export function clean(name) {
  if (name === "" || name === ".") return "";
  if (name === "..") return "_";
  return name.replace(REPLACED, "_");
}

/**
 * @param {string} name
 * @returns {boolean} Whether libtorrent has nothing left of a name that is not empty.
 */
export function isNothing(name) {
  return name !== "" && ["", ".", ".."].includes(name.replace(DROPPED, ""));
}
