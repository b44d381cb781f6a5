import { element } from "../dom.js";
import { fixed, size } from "../format.js";
import { patchChildren } from "./patch.js";

/** @typedef {import("../types.js").Totals} Totals */

/**
 * The numbers over all torrents, as crates/pages/src/status.rs has them.
 *
 * @param {HTMLUListElement} list
 * @param {Totals} totals
 */
export function showTotals(list, { torrents, active, download_rate, stored_bytes, month_cost }) {
  const all = [
    [String(torrents), torrents === 1 ? "torrent" : "torrents"],
    [String(active), "active"],
    [`${size(download_rate)}/s`, "downloading"],
    [size(stored_bytes), "stored"],
    [`$${fixed(month_cost, 2)}`, "this month, estimated"],
  ];
  patchChildren(list, all.map(([value, of]) => element("li", {}, element("strong", {}, value), ` ${of}`)));
}
