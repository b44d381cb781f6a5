/** Where somebody was in a film or a book, kept in this browser. */

const PREFIX = "position:";

/** So many are kept; the oldest go first. */
const COUNT_MAX = 300;

/** Nobody wants to come back to the first seconds, or to the last. */
const EDGE_SECONDS = 10;

/**
 * @param {string} path
 * @returns {number} In seconds; 0 when nothing is known.
 */
export function positionOf(path) {
  const kept = localStorage.getItem(PREFIX + path);
  const seconds = Number(kept?.split(" ")[0]);
  return Number.isFinite(seconds) ? seconds : 0;
}

/**
 * @param {string} path
 * @param {number} seconds
 * @param {number} duration In seconds; not a number while it is unknown.
 */
export function keepPosition(path, seconds, duration) {
  if (seconds < EDGE_SECONDS || seconds > duration - EDGE_SECONDS) {
    localStorage.removeItem(PREFIX + path);
    return;
  }
  try {
    localStorage.setItem(PREFIX + path, `${seconds.toFixed(1)} ${Date.now()}`);
  } catch (error) {
    // The place is full, or the browser keeps nothing. The film goes on.
    if (!(error instanceof DOMException)) throw error;
  }
  forgetOldest();
}

function forgetOldest() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  if (keys.length <= COUNT_MAX) return;
  const keptAt = (/** @type {string} */ key) => Number(localStorage.getItem(key)?.split(" ")[1] ?? 0);
  const oldest = keys.sort((a, b) => keptAt(a) - keptAt(b)).slice(0, keys.length - COUNT_MAX);
  for (const key of oldest) localStorage.removeItem(key);
}
