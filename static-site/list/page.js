import { byId, element } from "../dom.js";
import { Age } from "./age.js";
import { hearDate, keepTime } from "./clock.js";
import { patchChildren } from "./patch.js";
import { watchStatus } from "./status-feed.js";
import { TorrentList } from "./torrent-list.js";
import { showTotals } from "./totals.js";

/** @typedef {import("../types.js").Status} Status */

const TIMES_MS = 30_000;

/**
 * Brings the list on the page to life.
 *
 * @param {string} whenEmpty
 * @param {(status: Status) => void} shown Told of every new status, for what else shows some of it.
 * @returns {TorrentList}
 */
export function startList(whenEmpty, shown) {
  const rows = byId("torrents", HTMLUListElement);
  const totals = byId("totals", HTMLUListElement);
  const leftOut = byId("left-out", HTMLParagraphElement);
  const list = new TorrentList(rows, byId("list-tools", HTMLDivElement), byId("list-note", HTMLParagraphElement), whenEmpty);
  const age = new Age(byId("age", HTMLParagraphElement), (words) => list.say(words));
  watchStatus((reading, date) => {
    hearDate(date);
    if (reading.kind === "status") {
      list.show(reading.status);
      showTotals(totals, reading.status.totals);
      showLeftOut(leftOut, reading.status);
      age.made(reading.status);
      shown(reading.status);
    } else if (reading.kind === "none") {
      list.show(null);
      age.made(null);
    } else if (reading.kind === "signed-out") age.signedOut();
    else if (reading.kind === "same") age.read();
    else age.failed();
  });
  setInterval(() => keepTime(rows), TIMES_MS);
  return list;
}

/**
 * Only the last ones that ended are listed.
 *
 * @param {HTMLElement} line
 * @param {Status} status
 */
function showLeftOut(line, { totals, torrents }) {
  const count = totals.torrents - torrents.length;
  const library = element("a", { href: "/complete/index.html" }, "The library");
  patchChildren(line, count > 0 ? [`${count} more ended earlier. `, library, " has everything that is stored."] : []);
}
