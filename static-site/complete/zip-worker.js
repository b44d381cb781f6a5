// A service worker: answers /complete/<info-hash>/all.zip, which is no object anywhere, out of the files' own
// objects, range by range. docs/zip.md says why it is done here.

import { rangeEnd, wantedRange } from "./range.js";
import { zipLayout, zipRange } from "./zip.js";

/** Tries for a piece of a file whose connection breaks. */
const TRIES = 5;

const worker = /** @type {any} */ (self);

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
// A page that has a download running says so again and again: without events the browser ends a worker.
worker.addEventListener("message", () => {});
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const found = /^\/complete\/[0-9a-f]{40}\/all\.zip$/.exec(new URL(event.request.url).pathname);
  if (found && event.request.method === "GET") event.respondWith(zip(event.request));
});

/**
 * @param {Request} request
 * @returns {Promise<Response>}
 */
async function zip(request) {
  const listed = await fetch(new URL("files.json", request.url), { cache: "no-cache" });
  if (!listed.ok) return new Response("There is no list of the files.\n", { status: listed.status });
  const etag = `"zip-${(listed.headers.get("etag") ?? "").replaceAll(/[^0-9a-zA-Z]/g, "")}"`;
  const { name, stored_at: storedAt, files } = await listed.json();
  const layout = zipLayout(files, storedAt);
  const unchanged = [null, etag].includes(request.headers.get("if-range"));
  const wanted = unchanged ? wantedRange(request.headers.get("range"), layout.size) : "all";
  const headers = new Headers({
    "accept-ranges": "bytes",
    "content-type": "application/zip",
    "content-disposition": `attachment; filename="torrent.zip"; filename*=UTF-8''${encoded(name)}.zip`,
    etag,
  });
  if (wanted === "unsatisfiable") {
    headers.set("content-range", `bytes */${layout.size}`);
    return new Response(null, { status: 416, headers });
  }
  const { from, to } = wanted === "all" ? { from: 0, to: layout.size } : wanted;
  headers.set("content-length", String(to - from));
  if (wanted !== "all") headers.set("content-range", `bytes ${from}-${to - 1}/${layout.size}`);
  const bytes = zipRange(layout, from, to, pieces);
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await bytes.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await bytes.return();
    },
  });
  return new Response(body, { status: wanted === "all" ? 200 : 206, headers });
}

/**
 * A name as RFC 8187 wants it. What no file system likes becomes `_`.
 *
 * @param {string} name
 */
function encoded(name) {
  const plain = name.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\\/:*?"<>|]/gu, "_").slice(0, 120);
  return encodeURIComponent(plain.toWellFormed()).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

/**
 * Bytes of a file, by as many requests as it takes.
 *
 * @param {string} url
 * @param {number} from
 * @param {number} to
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>}
 */
async function* pieces(url, from, to) {
  for (let tries = 1; from < to; tries += 1) {
    try {
      const end = rangeEnd(from, to);
      const answer = await fetch(url, { headers: { range: `bytes=${from}-${end - 1}` } });
      if (answer.status !== 206 || !answer.body) throw new Error(`${url} answered ${answer.status}`);
      const reader = answer.body.getReader();
      try {
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          from += read.value.length;
          if (from > end) throw new Error(`${url} has more bytes than were asked for`);
          tries = 1;
          yield read.value;
        }
      } finally {
        // A download that its owner ended has no use for the rest.
        await reader.cancel();
      }
    } catch (error) {
      if (tries >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
    }
  }
}
