const LETTERS = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const PADDING = 0x3d;

/** A few milliseconds' work, after which the page may draw and listen; three bytes become four letters. */
const TURN_BYTES = 3 * 0x40000;

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
  for (let start = 0; start < bytes.length; start += TURN_BYTES) {
    if (start > 0) await turn();
    pieces.push(encode(bytes.subarray(start, start + TURN_BYTES)));
  }
  return pieces.join("");
}

/**
 * As bytes first: making a text of them at once is much faster than adding letter to letter.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 */
function encode(bytes) {
  const letters = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  const whole = bytes.length - (bytes.length % 3);
  let to = 0;
  /**
   * @param {number} a
   * @param {number} b
   * @param {number} c
   */
  const put = (a, b, c) => {
    letters[to] = LETTERS[a >> 2];
    letters[to + 1] = LETTERS[((a & 3) << 4) | (b >> 4)];
    letters[to + 2] = LETTERS[((b & 15) << 2) | (c >> 6)];
    letters[to + 3] = LETTERS[c & 63];
    to += 4;
  };
  for (let from = 0; from < whole; from += 3) put(bytes[from], bytes[from + 1], bytes[from + 2]);
  if (whole < bytes.length) {
    put(bytes[whole], bytes[whole + 1] ?? 0, 0);
    letters.fill(PADDING, to - 3 + (bytes.length - whole));
  }
  return new TextDecoder().decode(letters);
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
