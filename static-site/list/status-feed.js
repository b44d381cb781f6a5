/** @typedef {import("../types.js").Status} Status */
/** @typedef {{ kind: "same" | "none" | "trouble" | "signed-out" } | { kind: "status", status: Status }} Reading */

const URL = "/status/status.json";
const EVERY_MS = 5_000;
const TIME_LIMIT_MS = 15_000;

/**
 * Reads the status now and every five seconds while somebody looks at the page.
 *
 * @param {(reading: Reading, date: string | null) => void} tell Also of when the server answered.
 */
export function watchStatus(tell) {
  /** @type {string | null} */
  let etag = null;
  let timer = 0;
  let reading = false;

  async function look() {
    clearTimeout(timer);
    if (reading) return;
    reading = true;
    try {
      const [found, tag, date] = await read(etag);
      etag = tag;
      tell(found, date);
    } finally {
      reading = false;
      if (!document.hidden) timer = window.setTimeout(look, EVERY_MS);
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look();
  });
  look();
}

/**
 * `no-cache` makes the browser ask with the ETag it has and take its own copy on a 304, which scripts see
 * as a 200 with the old ETag.
 *
 * @param {string | null} etag Of the last status.
 * @returns {Promise<[reading: Reading, etag: string | null, date: string | null]>}
 */
async function read(etag) {
  try {
    const response = await fetch(URL, { cache: "no-cache", signal: AbortSignal.timeout(TIME_LIMIT_MS) });
    const date = response.headers.get("date");
    // S3 answers 403 for what is not there to whoever may not list the bucket.
    if (response.status === 403 || response.status === 404) return [{ kind: "none" }, null, date];
    if (response.status === 401) return [{ kind: "signed-out" }, null, date];
    if (!response.ok) return [{ kind: "trouble" }, null, null];
    const tag = response.headers.get("etag");
    if (tag !== null && tag === etag) return [{ kind: "same" }, tag, date];
    return [{ kind: "status", status: checked(await response.json()) }, tag, date];
  } catch (error) {
    console.warn("the status was not read", error);
    return [{ kind: "trouble" }, null, null];
  }
}

/**
 * @param {any} status
 * @returns {Status}
 */
function checked(status) {
  if (Array.isArray(status?.torrents) && Array.isArray(status?.workers) && status.totals) return status;
  throw new TypeError("status.json has no torrents, workers and totals");
}
