/**
 * Text whose encoding nobody wrote down: UTF-8, or what old Windows programs write.
 *
 * @param {ArrayBuffer} bytes
 * @returns {string}
 */
export function decoded(bytes) {
  try {
    // A cut may go through a character.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
