import { NoAnswer, request } from "./request.js";

/** @typedef {import("./types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("./types.js").TorrentWithFiles} TorrentWithFiles */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {import("./request.js").Answer} Answer */
/** @typedef {{ torrent: string } | { magnet: string } | { url: string } | { upload: string }} Source */
/** @typedef {{ name?: string, label?: string, files?: number[] }} Wishes */

const ACCEPT = { accept: "application/json, application/problem+json" };

/** The server said no, and why. */
export class Refusal extends Error {
  /**
   * @param {string} message For the person.
   * @param {string} [field] The member of the request that is wrong.
   */
  constructor(message, field) {
    super(message);
    this.field = field;
  }
}

/**
 * @param {Source & Wishes} submission
 * @param {(part: number) => void} [progress] Told how much of it is sent, 0 to 1.
 * @returns {Promise<{ record: TorrentRecord, known: boolean }>} `known`: it was there before.
 * @throws {Refusal | NoAnswer}
 */
export async function addTorrent(submission, progress) {
  const answer = await post("/api/torrents", submission, progress);
  if (answer.status === 200 || answer.status === 202) return { record: json(answer), known: answer.status === 200 };
  throw refusal(answer);
}

/**
 * Puts a `.torrent` that is too large for a request into the bucket.
 *
 * @param {Blob} file
 * @param {(part: number) => void} progress Told how much of it is sent, 0 to 1.
 * @returns {Promise<string>} The key to add it by.
 * @throws {Refusal | NoAnswer}
 */
export async function upload(file, progress) {
  const started = await post("/api/uploads", {});
  if (started.status !== 201) throw refusal(started);
  const { upload: key, url } = json(started);
  const stored = await request("PUT", url, { "content-type": "application/x-bittorrent" }, file, progress);
  if (stored.status !== 200) throw new Refusal(`The storage did not take the file: it answered ${stored.status}.`);
  return key;
}

/**
 * @param {string} infohash
 * @param {number} from Index of the first file to tell of.
 * @returns {Promise<TorrentWithFiles>}
 * @throws {Refusal | NoAnswer}
 */
export async function torrentWithFiles(infohash, from) {
  return (await accepted(request("GET", `${address(infohash)}?files_from=${from}`, ACCEPT, null))).record;
}

/**
 * @param {string} infohash
 * @param {"pause" | "resume" | "retry"} verb
 * @returns {Promise<{ record: TorrentRecord, date: string | null }>} The record as it was at that time.
 * @throws {Refusal | NoAnswer}
 */
export function tellTorrent(infohash, verb) {
  return accepted(post(`${address(infohash)}/${verb}`, {}));
}

/**
 * @param {string} infohash
 * @param {boolean} keepFiles Whether what is stored stays.
 * @returns {Promise<{ record: TorrentRecord, date: string | null }>}
 * @throws {Refusal | NoAnswer}
 */
export function removeTorrent(infohash, keepFiles) {
  return accepted(request("DELETE", `${address(infohash)}?data=${keepFiles ? "keep" : "delete"}`, ACCEPT, null));
}

/** @param {string} infohash */
function address(infohash) {
  return `/api/torrents/${encodeURIComponent(infohash)}`;
}

/** @param {Promise<Answer>} sent */
async function accepted(sent) {
  const answer = await sent;
  if (answer.status === 200 || answer.status === 202) return { record: json(answer), date: answer.date };
  throw refusal(answer);
}

/**
 * @param {string} url
 * @param {object} message
 * @param {(part: number) => void} [progress]
 */
function post(url, message, progress) {
  return request("POST", url, { "content-type": "application/json", ...ACCEPT }, JSON.stringify(message), progress);
}

/** @param {Answer} answer */
function json({ body }) {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new NoAnswer("the answer is no JSON", { cause });
  }
}

/**
 * @param {Answer} answer
 * @returns {Refusal}
 */
function refusal({ status, contentType, body }) {
  const plain = `The server answered ${status} and gave no reason.`;
  if (!contentType.startsWith("application/problem+json")) return new Refusal(plain);
  try {
    /** @type {Problem} */
    const problem = JSON.parse(body);
    return new Refusal(problem.detail ?? problem.title ?? plain, problem.field);
  } catch {
    return new Refusal(plain);
  }
}
