// The page's files with made-up answers, for states that no real stack can be brought into on demand.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

/** @typedef {import("node:http").IncomingMessage} IncomingMessage */
/** @typedef {{ status: number, body: any }} Answer */

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
  ".png": "image/png",
};

/** As `PageHeaders` in template.yaml. */
const POLICY = "default-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const STATIC = new URL("../../../static-site/", import.meta.url);
const SNAPSHOTS = new URL("../../../crates/pages/tests/snapshots/", import.meta.url);

/**
 * What a test of crates/pages has rendered.
 *
 * @param {string} name
 * @returns {Promise<string>}
 */
export async function snapshot(name) {
  const text = await readFile(new URL(`${name}.snap`, SNAPSHOTS), "utf8");
  return text.slice(text.indexOf("\n---\n") + 5);
}

/** Serves the page on loopback. Everything that it tells can be set while it is open. */
export class Site {
  /** @type {any} `status.json`; none, and there is no such file. */
  status = null;
  /** Whether nobody is signed in who could read the status. */
  isSignedOut = false;
  /** The page that the server makes. */
  html = "";
  /** When everything happens. */
  now = () => new Date();
  /** @type {(method: string, path: string) => Answer} The API. */
  api = () => ({ status: 404, body: { title: "Not Found", detail: "there is no such torrent" } });
  /** @type {string[]} What the API was asked for. */
  calls = [];
  /** @type {number[]} The statuses of the answers for `status.json`. */
  readings = [];
  #server = createServer((request, response) => this.#answer(request, response));

  /** @returns {Promise<string>} Its address. */
  async start() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${address.port}/`;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /**
   * @param {IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  async #answer(request, response) {
    const { pathname, search } = new URL(request.url ?? "/", "http://site");
    response.setHeader("content-security-policy", POLICY);
    response.setHeader("date", this.now().toUTCString());
    if (pathname.startsWith("/api/")) {
      this.calls.push(`${request.method} ${pathname}${search}`);
      const { status, body } = this.api(request.method ?? "", pathname + search);
      const type = status < 400 ? "application/json" : "application/problem+json";
      response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
    } else if (pathname === "/status/status.json") this.#status(request, response);
    else if (pathname === "/status/index.html") response.writeHead(200, { "content-type": TYPES[".html"] }).end(this.html);
    else await this.#file(pathname === "/" ? "/index.html" : pathname, response);
  }

  /**
   * @param {IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  #status(request, response) {
    if (this.isSignedOut) {
      response.writeHead(401).end();
      return;
    }
    if (!this.status) {
      response.writeHead(404).end();
      return;
    }
    const body = JSON.stringify(this.status);
    const etag = `"${Buffer.from(body).length}-${this.status.generated_at}"`;
    response.setHeader("etag", etag);
    response.setHeader("cache-control", "no-cache");
    const isKnown = request.headers["if-none-match"] === etag;
    this.readings.push(isKnown ? 304 : 200);
    if (isKnown) response.writeHead(304).end();
    else response.writeHead(200, { "content-type": TYPES[".json"] }).end(body);
  }

  /**
   * @param {string} path
   * @param {import("node:http").ServerResponse} response
   */
  async #file(path, response) {
    try {
      const bytes = await readFile(new URL(`.${path}`, STATIC));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }
}
