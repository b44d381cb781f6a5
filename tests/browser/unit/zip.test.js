// The zip that the browser puts together: any range of it, and what unzip thinks of it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { rangeEnd, wantedRange } from "../../../static-site/complete/range.js";
import { zipLayout, zipRange } from "../../../static-site/complete/zip.js";

const AT = "2026-03-01T12:34:56.789Z";

/** @type {Record<string, Buffer<ArrayBuffer>>} */
const CONTENT = {
  "folder/a b+c%20.txt": Buffer.from("hello\n".repeat(2_000)),
  "folder/empty": Buffer.alloc(0),
  "🎬 Größe/<img src=x onerror=alert(1)>.bin": Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7) & 255)),
};

const FILES = Object.entries(CONTENT).map(([path, bytes]) => ({
  path,
  url: path,
  size_bytes: bytes.length,
  crc32: crc32(bytes).toString(16).padStart(8, "0"),
}));

/**
 * @param {string} url
 * @param {number} from
 * @param {number} to
 */
async function* read(url, from, to) {
  const bytes = new Uint8Array(CONTENT[url]);
  // In pieces, as a network brings it.
  for (let at = from; at < to; at += 1_000) yield bytes.subarray(at, Math.min(at + 1_000, to));
}

/**
 * @param {number} from
 * @param {number} [to]
 */
async function range(from, to) {
  const layout = zipLayout(FILES, AT);
  const pieces = [];
  for await (const piece of zipRange(layout, from, to ?? layout.size, read)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** @param {(folder: string) => Promise<void>} body */
async function inFolder(body) {
  const folder = await mkdtemp(join(tmpdir(), "zip-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("two halves are a zip that unzip opens", () => inFolder(async (folder) => {
  const { size } = zipLayout(FILES, AT);
  const middle = Math.floor(size / 2);
  const zip = Buffer.concat([await range(0, middle), await range(middle)]);
  assert.equal(zip.length, size);
  await writeFile(join(folder, "all.zip"), zip);
  assert.match(execFileSync("unzip", ["-t", "all.zip"], { cwd: folder, encoding: "utf8" }), /No errors detected/);
  execFileSync("unzip", ["-q", "all.zip"], { cwd: folder, env: { ...process.env, LC_ALL: "C.UTF-8" } });
  for (const [path, bytes] of Object.entries(CONTENT)) assert.deepEqual(await readFile(join(folder, path)), bytes, path);
}));

test("every range is what stands there in the whole", async () => {
  const whole = await range(0);
  for (let from = 0; from < whole.length; from += 1_777) {
    for (const length of [1, 2, 30, 13_000, 90_000]) {
      const to = Math.min(whole.length, from + length);
      assert.deepEqual(await range(from, to), whole.subarray(from, to), `${from}–${to}`);
    }
  }
});

test("an empty torrent is an empty zip", () => {
  assert.deepEqual(zipLayout([]).segments.map(({ size }) => size), [22]);
});

test("without a checksum there is no zip", () => {
  assert.throws(() => zipLayout([{ path: "a", url: "a", size_bytes: 1 }]), /checksum of a/);
});

test("over 4 GiB and over 65,535 files it is zip64", () => inFolder(async (folder) => {
  const large = { path: "large.bin", url: "large", size_bytes: 5 * 2 ** 30, crc32: "00000000" };
  const many = Array.from({ length: 66_000 }, (_, at) => ({ path: `many/${at}`, url: "x", size_bytes: 0, crc32: "00000000" }));
  const layout = zipLayout([large, { ...large, path: "also large.bin" }, ...many], AT);
  // The files' own bytes are left out: a hole in the file costs nothing.
  const file = openSync(join(folder, "large.zip"), "w");
  for (const { start, bytes } of layout.segments) if (bytes) writeSync(file, bytes, 0, bytes.length, start);
  closeSync(file);
  // Python's reader and unzip's are not the same; both must find the same entries.
  const script = "import zipfile,sys; z=zipfile.ZipFile('large.zip'); l=z.infolist(); print(len(l), l[1].file_size, l[1].header_offset); z.open(l[1]).read(1)";
  const found = execFileSync("python3", ["-c", script], { cwd: folder, encoding: "utf8" });
  assert.equal(found.trim(), `66002 ${5 * 2 ** 30} ${5 * 2 ** 30 + 59}`);
  const listed = execFileSync("unzip", ["-Z", "-t", "large.zip"], { cwd: folder, encoding: "utf8" });
  assert.match(listed, /66002 files, 10737418240 bytes/);
}));

test("no request asks for more than CloudFront answers at once", () => {
  assert.equal(rangeEnd(5, 60), 60);
  const size = 120_000_000_001;
  let at = 7;
  while (at < size) {
    const end = rangeEnd(at, size);
    assert.ok(end > at && end - at <= 50_000_000_000 && end <= size, `${at}–${end}`);
    at = end;
  }
});

test("ranges are read as RFC 9110 has them", () => {
  assert.deepEqual(wantedRange("bytes=0-9", 100), { from: 0, to: 10 });
  assert.deepEqual(wantedRange("bytes=90-", 100), { from: 90, to: 100 });
  assert.deepEqual(wantedRange("bytes=90-1000", 100), { from: 90, to: 100 });
  assert.deepEqual(wantedRange("bytes=-10", 100), { from: 90, to: 100 });
  assert.deepEqual(wantedRange("bytes=-1000", 100), { from: 0, to: 100 });
  for (const header of ["bytes=100-", "bytes=-0"]) assert.equal(wantedRange(header, 100), "unsatisfiable", header);
  for (const header of [null, "", "bytes=-", "bytes=9-1", "bytes=0-1,5-6", "rows=0-1"]) assert.equal(wantedRange(header, 100), "all", String(header));
});
