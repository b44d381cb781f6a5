/** A larger file has to be fetched in ranges: CloudFront answers at most 50 GB at once. */
const RANGE_BYTES = 10_000_000_000;

/**
 * Where the next request for the bytes from `from` to `to` should end.
 *
 * @param {number} from
 * @param {number} to
 */
export function rangeEnd(from, to) {
  return Math.min(to, from + RANGE_BYTES);
}

/**
 * @typedef {{ from: number, to: number } | "all" | "unsatisfiable"} Wanted
 *
 * @param {string | null} header `Range`. What is no single range of bytes asks for everything (RFC 9110, 14.2).
 * @param {number} size
 * @returns {Wanted} `to` is behind the last byte.
 */
export function wantedRange(header, size) {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!found || (found[1] === "" && found[2] === "")) return "all";
  const [first, last] = [found[1], found[2]];
  if (first === "") {
    const length = Number(last);
    return length === 0 ? "unsatisfiable" : { from: Math.max(0, size - length), to: size };
  }
  const from = Number(first);
  const to = last === "" ? size : Math.min(size, Number(last) + 1);
  if (last !== "" && Number(last) < from) return "all";
  return from >= size ? "unsatisfiable" : { from, to };
}
