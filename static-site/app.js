import { takeAddress, takeDrops, takeLaunches, takePastes } from "./add/anywhere.js";
import { startIntake } from "./add/intake.js";
import { offerWaysIn } from "./add/ways-in.js";
import { byId, element, setText } from "./dom.js";
import { startList } from "./list/page.js";
import { workerWords } from "./list/workers.js";
import { keepSession } from "./session.js";

/** @typedef {import("./types.js").TorrentRecord} TorrentRecord */

const workersLine = byId("workers", HTMLParagraphElement);
const labels = byId("labels", HTMLDataListElement);

const list = startList("No torrents yet. Add the first one above.", ({ workers, torrents }) => {
  setText(workersLine, workerWords(workers));
  offerLabels(torrents);
});
const drafts = startIntake((record) => list.add(record));
takeDrops(drafts);
takePastes(drafts);
takeAddress(drafts);
takeLaunches(drafts);
offerWaysIn();
keepSession();

/** @param {TorrentRecord[]} torrents */
function offerLabels(torrents) {
  const known = new Set(torrents.map(({ label }) => label).filter((label) => label !== undefined));
  labels.replaceChildren(...[...known].sort().map((label) => element("option", { value: label })));
}
