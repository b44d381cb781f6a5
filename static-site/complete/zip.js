/**
 * Where every byte of a zip is, before any of them is read: entries are stored, not deflated, and their CRC-32s
 * are known. So the zip has a known length, and any range of it can be made. PKWARE's APPNOTE 6.3.10.
 *
 * @typedef {{ path: string, url: string, size_bytes: number, crc32?: string }} ListedFile As in files.json.
 * @typedef {{ start: number, size: number, bytes?: Uint8Array<ArrayBuffer>, url?: string }} Segment Bytes of the zip: its
 *   own, or all of a file.
 * @typedef {{ size: number, segments: Segment[] }} Layout
 */

/** From here on a field does not fit and zip64 has it. */
const MAX_32 = 0xffff_ffff;
const MAX_16 = 0xffff;

/** Names are UTF-8. */
const UTF8 = 1 << 11;

/** Version 4.5, the first with zip64; made on Unix, so that the mode below counts. */
const VERSION = 45;
const MADE_BY = (3 << 8) | VERSION;
const MODE = 0o100644;

const TEXT = new TextEncoder();

/**
 * @param {ListedFile[]} files
 * @param {string} [storedAt] ISO 8601: when they changed last, as far as the zip knows.
 * @returns {Layout}
 */
export function zipLayout(files, storedAt) {
  const time = dosTime(storedAt);
  /** @type {Segment[]} */
  const segments = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const directory = [];
  let at = 0;
  /** @param {Omit<Segment, "start">} segment */
  const push = (segment) => {
    if (segment.size > 0) segments.push({ start: at, ...segment });
    at += segment.size;
  };
  for (const { path, url, size_bytes: size, crc32 } of files) {
    if (crc32 === undefined) throw new Error(`the checksum of ${path} is not known`);
    const name = TEXT.encode(path);
    const common = { name, size, crc32: Number.parseInt(crc32, 16), time };
    directory.push(centralHeader({ ...common, offset: at }));
    const header = localHeader(common);
    push({ size: header.length, bytes: header });
    push({ size, url });
  }
  const start = at;
  for (const bytes of directory) push({ size: bytes.length, bytes });
  const end = endOfDirectory(directory.length, start, at - start);
  push({ size: end.length, bytes: end });
  return { size: at, segments };
}

/**
 * The bytes of a zip from `from` to before `to`.
 *
 * @param {Layout} layout
 * @param {number} from
 * @param {number} to
 * @param {(url: string, from: number, to: number) => AsyncIterable<Uint8Array<ArrayBuffer>>} read Bytes of a file.
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>}
 */
export async function* zipRange({ segments }, from, to, read) {
  for (let index = indexAt(segments, from); index < segments.length && segments[index].start < to; index += 1) {
    const { start, size, bytes, url } = segments[index];
    const first = Math.max(from - start, 0);
    const last = Math.min(to - start, size);
    if (bytes) yield bytes.subarray(first, last);
    else if (url) yield* read(url, first, last);
  }
}

/**
 * @param {Segment[]} segments
 * @param {number} at
 * @returns {number} The index of the segment that has the byte.
 */
function indexAt(segments, at) {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle].start <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * @typedef {{ name: Uint8Array<ArrayBuffer>, size: number, crc32: number, time: number }} Entry
 * @param {Entry} entry
 */
function localHeader({ name, size, crc32, time }) {
  const extra = size >= MAX_32 ? zip64([size, size]) : new Uint8Array();
  return fields(
    [4, 0x0403_4b50], [2, VERSION], [2, UTF8], [2, 0], [4, time], [4, crc32],
    [4, Math.min(size, MAX_32)], [4, Math.min(size, MAX_32)], [2, name.length], [2, extra.length], name, extra,
  );
}

/** @param {Entry & { offset: number }} entry */
function centralHeader({ name, size, crc32, time, offset }) {
  const large = [...(size >= MAX_32 ? [size, size] : []), ...(offset >= MAX_32 ? [offset] : [])];
  const extra = large.length > 0 ? zip64(large) : new Uint8Array();
  return fields(
    [4, 0x0201_4b50], [2, MADE_BY], [2, VERSION], [2, UTF8], [2, 0], [4, time], [4, crc32],
    [4, Math.min(size, MAX_32)], [4, Math.min(size, MAX_32)], [2, name.length], [2, extra.length],
    [2, 0], [2, 0], [2, 0], [4, MODE * 0x1_0000], [4, Math.min(offset, MAX_32)], name, extra,
  );
}

/** @param {number[]} values */
function zip64(values) {
  return fields([2, 1], [2, 8 * values.length], ...values.map((value) => /** @type {[8, number]} */ ([8, value])));
}

/**
 * @param {number} count
 * @param {number} start
 * @param {number} size
 */
function endOfDirectory(count, start, size) {
  const end = fields(
    [4, 0x0605_4b50], [2, 0], [2, 0], [2, Math.min(count, MAX_16)], [2, Math.min(count, MAX_16)],
    [4, Math.min(size, MAX_32)], [4, Math.min(start, MAX_32)], [2, 0],
  );
  if (count < MAX_16 && start < MAX_32 && size < MAX_32) return end;
  return fields(
    [4, 0x0606_4b50], [8, 44], [2, MADE_BY], [2, VERSION], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, start],
    [4, 0x0706_4b50], [4, 0], [8, start + size], [4, 1], end,
  );
}

/**
 * Numbers of 2, 4 and 8 bytes, the lowest first, and bytes as they are.
 *
 * @param {...([2 | 4 | 8, number] | Uint8Array<ArrayBuffer>)} parts
 */
function fields(...parts) {
  const length = parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part[0]), 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    if (part instanceof Uint8Array) bytes.set(part, at);
    else if (part[0] === 2) view.setUint16(at, part[1], true);
    else if (part[0] === 4) view.setUint32(at, part[1], true);
    else view.setBigUint64(at, BigInt(part[1]), true);
    at += part instanceof Uint8Array ? part.length : part[0];
  }
  return bytes;
}

/**
 * @param {string} [at]
 * @returns {number} Date and time as MS-DOS has them, in UTC: to two seconds, from 1980 on.
 */
function dosTime(at) {
  const date = new Date(at ?? 0);
  const year = date.getUTCFullYear() - 1980;
  if (!(year >= 0 && year < 128)) return (1 << 21) | (1 << 16);
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 0x1_0000 + time;
}
