/** Enough to be fast, few enough to be arguments of one call. */
const CHUNK_BYTES = 0x8000;

/**
 * Standard base64 with padding (RFC 4648, section 4).
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function toBase64(bytes) {
  if ("toBase64" in bytes && typeof bytes.toBase64 === "function") {
    return bytes.toBase64();
  }
  const pieces = [];
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    const chunk = bytes.subarray(start, start + CHUNK_BYTES);
    pieces.push(String.fromCharCode.apply(null, /** @type {any} */ (chunk)));
  }
  return btoa(pieces.join(""));
}
