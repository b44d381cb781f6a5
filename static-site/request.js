/** No answer came, so nobody knows what became of the request. */
export class NoAnswer extends Error {}

/** API Gateway itself gives up after 30 s. Sending may take longer, as long as it goes on. */
const SILENCE_MS = 35_000;

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} contentType
 * @property {string} body
 * @property {string | null} date The header: when the server answered.
 */

/**
 * Sends a request. Not with `fetch`, which does not tell how far it has sent.
 *
 * @param {string} method
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {string | Blob | null} body
 * @param {(part: number) => void} [progress] Told how much of the body is sent, 0 to 1.
 * @returns {Promise<Answer>} Whatever its status.
 * @throws {NoAnswer}
 */
export function request(method, url, headers, body, progress = () => {}) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => xhr.abort(), SILENCE_MS);
    };
    xhr.upload.addEventListener("progress", ({ loaded, total }) => {
      wait();
      if (total > 0) progress(loaded / total);
    });
    for (const event of ["error", "abort"]) xhr.addEventListener(event, () => reject(new NoAnswer(`${method} ${url}: ${event}`)));
    xhr.addEventListener("load", () => {
      const contentType = xhr.getResponseHeader("content-type") ?? "";
      resolve({ status: xhr.status, contentType, body: xhr.responseText, date: dateOf(xhr) });
    });
    xhr.addEventListener("loadend", () => clearTimeout(timer));
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    wait();
    xhr.send(body);
  });
}

/**
 * Another origin's is not for this page, and asking for it by name is an error in the console.
 *
 * @param {XMLHttpRequest} xhr
 */
function dateOf(xhr) {
  return /^date:\s*(.+?)\s*$/im.exec(xhr.getAllResponseHeaders())?.[1] ?? null;
}
