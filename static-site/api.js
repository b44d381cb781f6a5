/** @typedef {import("./types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {{ torrent: string } | { magnet: string }} Source Base64 of a `.torrent`, or a magnet URI. */

/** API Gateway itself gives up after 30 s. */
const TIME_LIMIT_MS = 35_000;

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

/** No answer came, so nobody knows what became of the request. */
export class NoAnswer extends Error {}

/**
 * @param {Source} source
 * @returns {Promise<{ record: TorrentRecord, known: boolean }>} `known`: it was there before.
 * @throws {Refusal | NoAnswer}
 */
export async function addTorrent(source) {
  const response = await post("/api/torrents", source);
  if (response.status === 200 || response.status === 202) {
    return { record: await body(response), known: response.status === 200 };
  }
  throw await refusal(response);
}

/**
 * @param {string} url
 * @param {object} message
 * @returns {Promise<Response>}
 */
async function post(url, message) {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, application/problem+json" },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
  } catch (cause) {
    throw new NoAnswer("fetch failed", { cause });
  }
}

/**
 * @param {Response} response
 * @returns {Promise<TorrentRecord>}
 */
async function body(response) {
  try {
    return await response.json();
  } catch (cause) {
    throw new NoAnswer("the answer broke off or is no JSON", { cause });
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Refusal>}
 */
async function refusal(response) {
  const plain = `The server answered ${response.status} and gave no reason.`;
  if (!response.headers.get("content-type")?.startsWith("application/problem+json")) return new Refusal(plain);
  try {
    /** @type {Problem} */
    const problem = await response.json();
    return new Refusal(problem.detail ?? problem.title ?? plain, problem.field);
  } catch {
    return new Refusal(plain);
  }
}
