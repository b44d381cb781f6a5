import { element, time } from "../dom.js";
import { size } from "../format.js";
import { patchChildren } from "./patch.js";

/** @typedef {import("../types.js").Worker} Worker */

/**
 * The table that crates/pages/templates/status.html has.
 *
 * @param {HTMLElement} body
 * @param {Worker[]} workers
 */
export function showWorkers(body, workers) {
  const table = body.closest("table");
  table?.toggleAttribute("hidden", workers.length === 0);
  if (workers.length > 0 && table?.previousElementSibling?.matches(".empty")) table.previousElementSibling.remove();
  patchChildren(body, workers.map(row));
}

/** @param {Worker} worker */
function row({ id, live, last_seen, free_bytes }) {
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, element("bdi", {}, id)),
    live ? element("td", {}, "live") : element("td", {}, "not reached since ", time(last_seen)),
    element("td", { class: "number" }, free_bytes === undefined ? "unknown" : size(free_bytes)),
  );
}

/**
 * @param {Worker[]} workers
 * @returns {string} The same in a line.
 */
export function workerWords(workers) {
  const live = workers.filter((worker) => worker.live);
  if (live.length === 0) return "No worker is live: torrents wait until one is.";
  const known = live.map((worker) => worker.free_bytes).filter((bytes) => bytes !== undefined);
  const room = known.length === 0 ? "free space unknown" : `${size(Math.max(...known))} free`;
  return `${live.length} of ${workers.length} ${workers.length === 1 ? "worker" : "workers"} live, ${room}`;
}
