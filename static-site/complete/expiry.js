import { count } from "../format.js";

const DAY_MS = 86_400_000;

/** From here on it is worth a warning. */
const SOON_DAYS = 3;

/**
 * Adds to every "kept until" what is left of that time: a static page cannot count.
 *
 * @param {ParentNode} root
 */
export function showTimeLeft(root) {
  for (const time of root.querySelectorAll(".expires time")) {
    const days = daysLeft(time.getAttribute("datetime") ?? "", Date.now());
    time.after(` (${daysWords(days)})`);
    time.closest(".expires")?.classList.toggle("soon", days <= SOON_DAYS);
  }
}

/**
 * @param {string} at ISO 8601.
 * @param {number} now In milliseconds.
 * @returns {number} Days, the last one counted as a whole; 0 when the time is over.
 */
export function daysLeft(at, now) {
  return Math.max(0, Math.ceil((Date.parse(at) - now) / DAY_MS));
}

/** @param {number} days */
export function daysWords(days) {
  return days === 0 ? "going now" : `${count(days, "day")} left`;
}
