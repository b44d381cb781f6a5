// The same words as crates/pages/src/format.rs, but times in the reader's zone.

const SIZE_UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** @type {[number, string][]} */
const TIME_UNITS = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * @param {number} bytes
 * @returns {string} In binary units: `512 B`, `1.5 MiB`.
 */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < SIZE_UNITS.length - 1; unit += 1) value /= 1024;
  return `${fixed(value, 1)} ${SIZE_UNITS[unit]}`;
}

/** @param {number} digits */
const rounding = (digits) =>
  new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false, roundingMode: "halfEven" });

const ROUNDINGS = [0, 1, 2].map(rounding);

/**
 * @param {number} value
 * @param {0 | 1 | 2} digits
 * @returns {string} Rounded as Rust does, where a half goes to the even digit.
 */
export function fixed(value, digits) {
  return ROUNDINGS[digits].format(value);
}

/**
 * @param {number} [part]
 * @param {number} [whole]
 * @returns {string} How much of how much, as far as either is known.
 */
export function partOf(part, whole) {
  if (part === undefined) return whole === undefined ? "size unknown" : `an unknown part of ${size(whole)}`;
  return whole === undefined ? `${size(part)}, full size unknown` : `${size(part)} of ${size(whole)}`;
}

/**
 * @param {number} seconds
 * @returns {string} In its two largest units: `3 min 20 s`.
 */
export function duration(seconds) {
  const found = TIME_UNITS.findIndex(([length]) => seconds >= length);
  const first = found < 0 ? TIME_UNITS.length - 1 : found;
  const [length, unit] = TIME_UNITS[first];
  const large = `${Math.floor(seconds / length)} ${unit}`;
  const next = TIME_UNITS[first + 1];
  const small = next ? Math.floor((seconds % length) / next[0]) : 0;
  return small > 0 ? `${large} ${small} ${next[1]}` : large;
}

/**
 * @param {number} part
 * @param {number} whole
 * @returns {number} Whole percent, rounded down so that 100 means all of it.
 */
export function percent(part, whole) {
  return part >= whole ? 100 : Math.min(99, Math.floor((part / whole) * 100));
}

/**
 * @param {number} number
 * @param {string} noun
 * @returns {string} `1 file`, `3 files`.
 */
export function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * @param {string} at ISO 8601.
 * @returns {string} In the reader's language and zone.
 */
export function moment(at) {
  return MOMENT.format(new Date(at));
}
