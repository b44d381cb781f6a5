import { readFile } from "node:fs/promises";
import crypto from "node:crypto";

export const SOURCE = new URL("../edge.js", import.meta.url);

/**
 * The function as CloudFront runs it: a store to read from, and nothing else of the world.
 *
 * @param {Map<string, string>} store
 * @param {() => number} [now] Seconds since 1970.
 * @returns {Promise<(event: object) => Promise<any>>}
 */
export async function edge(store, now = () => Date.now() / 1000) {
  const source = await readFile(SOURCE, "utf8");
  const body = source.replaceAll(/^import (\w+) from '(\w+)';$/gm, "");
  const kvs = {
    async get(/** @type {string} */ key) {
      const value = store.get(key);
      if (value === undefined) throw new Error("KeyNotFound");
      return value;
    },
    exists: async (/** @type {string} */ key) => store.has(key),
  };
  const time = { now: () => now() * 1000 };
  return new Function("cf", "crypto", "Date", `${body}\nreturn handler;`)({ kvs: () => kvs }, crypto, time);
}

/**
 * An event as CloudFront makes it (functions-event-structure).
 *
 * @param {string} uri
 * @param {{ method?: string, cookies?: Record<string, string>, headers?: Record<string, string>, query?: Record<string, string>, ip?: string }} [more]
 */
export function event(uri, { method = "GET", cookies = {}, headers = {}, query = {}, ip = "192.0.2.1" } = {}) {
  const fields = (/** @type {Record<string, string>} */ all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { value }]));
  return {
    version: "1.0",
    context: { eventType: "viewer-request" },
    viewer: { ip },
    request: { method, uri, querystring: fields(query), headers: fields(headers), cookies: fields(cookies) },
  };
}
