import { takeAddress, takeDrops, takeLaunches, takePastes } from "./add/anywhere.js";
import { startIntake } from "./add/intake.js";
import { offerWaysIn } from "./add/ways-in.js";
import { byId, element } from "./dom.js";
import { size } from "./format.js";
import { watchStatus } from "./status-feed.js";
import { TorrentList } from "./torrent-list.js";

/** @typedef {import("./types.js").Worker} Worker */
/** @typedef {import("./types.js").TorrentRecord} TorrentRecord */

const list = new TorrentList(byId("torrents", HTMLUListElement));
const note = byId("list-note", HTMLParagraphElement);
const workersLine = byId("workers", HTMLParagraphElement);
const labels = byId("labels", HTMLDataListElement);

/** What the list says of itself when it has no rows. */
let whenEmpty = "Loading the list …";
let trouble = false;

const drafts = startIntake((record) => {
  list.add(record);
  showNote();
});
takeDrops(drafts);
takePastes(drafts);
takeAddress(drafts);
takeLaunches(drafts);
offerWaysIn();

watchStatus((reading) => {
  trouble = reading.kind === "trouble";
  if (reading.kind === "none") {
    whenEmpty = "No torrents yet. Add the first one above.";
    workersLine.textContent = "";
    list.show(null);
  } else if (reading.kind === "status") {
    whenEmpty = "No torrents yet. Add the first one above.";
    workersLine.textContent = workerWords(reading.status.workers);
    list.show(reading.status);
    offerLabels(reading.status.torrents);
  }
  showNote();
});

function showNote() {
  const stale = "The list could not be read just now, so it may be old. Trying again every 5 seconds.";
  const words = trouble ? stale : list.isEmpty ? whenEmpty : "";
  // Repeating the same words would make a screen reader say them again.
  if (note.textContent !== words) note.textContent = words;
}

/** @param {TorrentRecord[]} torrents */
function offerLabels(torrents) {
  const known = new Set(torrents.map(({ label }) => label).filter((label) => label !== undefined));
  labels.replaceChildren(...[...known].sort().map((label) => element("option", { value: label })));
}

/** @param {Worker[]} workers */
function workerWords(workers) {
  const live = workers.filter((worker) => worker.live);
  if (live.length === 0) return "No worker is live: torrents wait until one is.";
  const free = live.map((worker) => worker.free_bytes);
  const known = free.filter((bytes) => bytes !== undefined);
  const room = known.length === 0 ? "free space unknown" : `${size(Math.max(...known))} free`;
  return `${live.length} of ${workers.length} ${workers.length === 1 ? "worker" : "workers"} live, ${room}`;
}
