/** Enough to be fast, few enough to be arguments of one call; no rest when three bytes become four letters. */
const CALL_BYTES = 3 * 0x2000;

/** A few milliseconds' work, after which the page may draw and listen. */
const TURN_BYTES = CALL_BYTES * 32;

/**
 * Standard base64 with padding (RFC 4648, section 4), natively where the browser can.
 *
 * @param {Uint8Array} bytes
 * @returns {Promise<string>}
 */
export async function toBase64(bytes) {
  return typeof bytes.toBase64 === "function" ? bytes.toBase64() : inTurns(bytes);
}

/**
 * For browsers without `toBase64`.
 *
 * @param {Uint8Array} bytes
 * @returns {Promise<string>}
 */
export async function inTurns(bytes) {
  const pieces = [];
  for (let start = 0; start < bytes.length; start += CALL_BYTES) {
    if (start > 0 && start % TURN_BYTES === 0) await turn();
    const piece = bytes.subarray(start, start + CALL_BYTES);
    pieces.push(btoa(String.fromCharCode.apply(null, /** @type {any} */ (piece))));
  }
  return pieces.join("");
}

/** Not `setTimeout`, which after a few turns waits 4 ms each. */
function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });
}
