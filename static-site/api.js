import { NoAnswer, request } from "./request.js";

/** @typedef {import("./types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {import("./request.js").Answer} Answer */
/** @typedef {{ torrent: string } | { magnet: string } | { url: string } | { upload: string }} Source */
/** @typedef {{ name?: string, label?: string, files?: number[] }} Wishes */

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
 * @param {string} url
 * @param {object} message
 * @param {(part: number) => void} [progress]
 */
function post(url, message, progress) {
  const headers = { "content-type": "application/json", accept: "application/json, application/problem+json" };
  return request("POST", url, headers, JSON.stringify(message), progress);
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
