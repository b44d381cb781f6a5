/** As deep as crates/torrent reads; a metainfo file needs six levels and one more per folder of a v2 tree. */
const DEPTH_MAX = 99;

/** As many values, keys and ends as crates/torrent reads. */
const TOKENS_MAX = 2_000_000;

/** Nobody has a string with a longer length. */
const LENGTH_DIGITS_MAX = 15;

const [I, L, D, E, COLON, MINUS, ZERO, NINE] = [..."ilde:-09"].map((sign) => sign.charCodeAt(0));

/** The bytes are no bencode, or no metainfo. The message continues "… is no torrent file:". */
export class BadTorrent extends Error {}

/**
 * Reads bencode (BEP 3) from front to back and copies nothing; the same rules as crates/torrent/src/bencode.rs.
 * Keys are given as bytes and as text with one character per byte.
 */
export class Reader {
  /** Whether there must be one way only to write what is read: sorted keys, no other zeros. */
  canonical = false;

  offset = 0;
  #bytes;
  #depth = 0;
  #tokens = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  /** @returns {"integer" | "string" | "list" | "dict"} The next value, without reading it. */
  kind() {
    const byte = this.#bytes[this.offset];
    if (byte === I) return "integer";
    if (byte === L) return "list";
    if (byte === D) return "dict";
    if (isDigit(byte)) return "string";
    throw this.#fault(byte === undefined ? "it breaks off" : "it is not bencode");
  }

  /** @returns {Uint8Array | undefined} The next value when it is a string; anything else is passed over. */
  string() {
    if (this.kind() === "string") return this.#string();
    this.skip();
    return undefined;
  }

  /** @returns {number | undefined} The next value when it is a number; anything else is passed over. */
  integer() {
    if (this.kind() === "integer") return this.#integer();
    this.skip();
    return undefined;
  }

  /** @param {() => void} each Must read just one item. */
  list(each) {
    this.#open();
    while (!this.#closes()) each();
  }

  /** @param {(key: string, bytes: Uint8Array) => void} each Must read just one value. */
  dict(each) {
    this.#open();
    /** @type {Uint8Array | undefined} */
    let last;
    while (!this.#closes()) {
      const key = this.#string();
      if (this.canonical && last && !ascends(last, key)) throw this.#fault("its keys are not sorted");
      last = key;
      each(asText(key), key);
    }
  }

  /** Passes over one value, checked like the others. */
  skip() {
    const kind = this.kind();
    if (kind === "integer") this.#integer();
    else if (kind === "string") this.#string();
    else if (kind === "list") this.list(() => this.skip());
    else this.dict(() => this.skip());
  }

  /** Nothing may be left. */
  end() {
    if (this.offset < this.#bytes.length) throw this.#fault("something follows its end");
  }

  #open() {
    if (this.#depth === DEPTH_MAX) throw this.#fault("it is nested too deep");
    this.#depth += 1;
    this.#token();
    this.offset += 1;
  }

  #closes() {
    const byte = this.#bytes[this.offset];
    if (byte === undefined) throw this.#fault("it breaks off");
    if (byte !== E) return false;
    this.#depth -= 1;
    this.#token();
    this.offset += 1;
    return true;
  }

  #string() {
    const start = this.offset;
    let [at, length] = [start, 0];
    for (; isDigit(this.#bytes[at]); at += 1) length = length * 10 + this.#bytes[at] - ZERO;
    const digits = at - start;
    if (at === this.#bytes.length) throw this.#fault("it breaks off");
    if (digits === 0 || this.#bytes[at] !== COLON) throw this.#fault("it is not bencode");
    if (digits > LENGTH_DIGITS_MAX || at + 1 + length > this.#bytes.length) throw this.#fault("it breaks off");
    if (this.canonical && digits > 1 && this.#bytes[start] === ZERO) throw this.#fault("a length is written oddly");
    this.offset = at + 1 + length;
    this.#token();
    return this.#bytes.subarray(at + 1, this.offset);
  }

  #integer() {
    const negative = this.#bytes[this.offset + 1] === MINUS;
    const start = this.offset + (negative ? 2 : 1);
    let [at, value] = [start, 0];
    for (; isDigit(this.#bytes[at]); at += 1) value = value * 10 + this.#bytes[at] - ZERO;
    const digits = at - start;
    if (at === this.#bytes.length) throw this.#fault("it breaks off");
    if (digits === 0 || this.#bytes[at] !== E) throw this.#fault("it is not bencode");
    const otherZero = this.#bytes[start] === ZERO && (negative || digits > 1);
    const fits = value < 2 ** 63;
    if (this.canonical && (otherZero || !fits)) throw this.#fault("a number is written oddly");
    this.offset = at + 1;
    this.#token();
    if (!fits) return 0;
    return negative ? -value : value;
  }

  #token() {
    this.#tokens += 1;
    if (this.#tokens > TOKENS_MAX) throw this.#fault("it has too many values");
  }

  /** @param {string} what */
  #fault(what) {
    return new BadTorrent(`${what} (byte ${this.offset})`);
  }
}

/** @param {number | undefined} byte */
function isDigit(byte) {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/**
 * @param {Uint8Array} last
 * @param {Uint8Array} key
 */
function ascends(last, key) {
  const common = Math.min(last.length, key.length);
  for (let at = 0; at < common; at += 1) if (last[at] !== key[at]) return last[at] < key[at];
  return last.length < key.length;
}

/** @param {Uint8Array} bytes */
function asText(bytes) {
  let text = "";
  // No key that means something is longer.
  for (let at = 0; at < bytes.length && at < 64; at += 1) text += String.fromCharCode(bytes[at]);
  return text;
}
