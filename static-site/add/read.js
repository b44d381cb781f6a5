/** @typedef {import("../torrent/preview.js").Preview} Preview */

/** Reading more than this takes long enough to be felt. */
const WORKER_BYTES_MIN = 256 * 1024;

/** A file tells nothing. The message is for the person. */
export class Unreadable extends Error {
  /**
   * @param {string} message
   * @param {boolean} [isGone] Whether its bytes can't be had, rather than not be understood.
   */
  constructor(message, isGone = false) {
    super(message);
    this.isGone = isGone;
  }
}

/**
 * @param {File} file
 * @returns {Promise<Preview>}
 * @throws {Unreadable}
 */
export async function readPreview(file) {
  if (file.size > WORKER_BYTES_MIN) return inWorker(file);
  const [{ BadTorrent }, { previewOf }] = await reader();
  try {
    return await previewOf(await contents(file));
  } catch (error) {
    throw error instanceof BadTorrent ? bad(error.message) : error;
  }
}

/** What reads torrents is loaded when there is one: a fifth of all the page's code. */
async function reader() {
  try {
    return await Promise.all([import("../torrent/bencode.js"), import("../torrent/preview.js")]);
  } catch {
    throw new Unreadable("This page could not load what looks into files.");
  }
}

/**
 * @param {File} file
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {Unreadable}
 */
export async function contents(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw gone();
  }
}

/**
 * @param {File} file
 * @returns {Promise<Preview>}
 */
function inWorker(file) {
  const worker = new Worker(new URL("../torrent/preview-worker.js", import.meta.url), { type: "module" });
  const answer = new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => {
      if (data.preview) resolve(data.preview);
      else reject(data.bad ? bad(data.bad) : gone());
    });
    worker.addEventListener("error", () => reject(new Unreadable("This browser cannot look into large torrent files.")));
    worker.postMessage(file);
  });
  return answer.finally(() => worker.terminate());
}

/** @param {string} why */
function bad(why) {
  return new Unreadable(`This is no torrent file: ${why}.`);
}

function gone() {
  return new Unreadable("The file could not be read. Was it moved or changed? Choose it again.", true);
}
