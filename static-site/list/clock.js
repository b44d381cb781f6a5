// Times as the server has them: the clock of whoever reads the page may be wrong.

import { element } from "../dom.js";
import { duration, moment } from "../format.js";

/** How far the server's clock is ahead of the one here. */
let aheadMs = 0;

const DAY_MS = 86_400_000;

/** @param {string | null} date The header of an answer; nothing, and the clock here has to do. */
export function hearDate(date) {
  const at = Date.parse(date ?? "");
  if (!Number.isNaN(at)) aheadMs = at - Date.now();
}

/** @returns {number} Milliseconds, as the server has them. */
export function serverNow() {
  return Date.now() + aheadMs;
}

/**
 * @param {string} at ISO 8601.
 * @returns {string} How long it is ago, in its two largest units.
 */
export function since(at) {
  return duration(Math.max(0, Math.round((serverNow() - Date.parse(at)) / 1000)));
}

/**
 * @param {string} at ISO 8601.
 * @returns {HTMLTimeElement} How long it is ago; when it was, after a week. `keepTime` keeps it right.
 */
export function ago(at) {
  return element("time", { datetime: at, "data-ago": "", title: moment(at) }, agoWords(at));
}

/** @param {ParentNode} within */
export function keepTime(within) {
  for (const time of within.querySelectorAll("time[data-ago]")) {
    const words = agoWords(/** @type {HTMLTimeElement} */ (time).dateTime);
    if (time.textContent !== words) time.textContent = words;
  }
}

/** @param {string} at */
function agoWords(at) {
  const age = serverNow() - Date.parse(at);
  if (age >= 7 * DAY_MS) return moment(at);
  // Nobody counts the minutes of yesterday.
  const [largest] = duration(Math.floor(age / 1000)).match(/^\d+ \w+/) ?? [];
  return age < 60_000 ? "just now" : `${largest} ago`;
}
