import { element } from "../dom.js";
import { count, size } from "../format.js";

/** @typedef {import("./draft.js").Draft} Draft */

const HOSTS_SHOWN = 3;

/**
 * @param {Draft} draft
 * @returns {string} What went right or wrong; empty while there is nothing to say.
 */
export function noteOf(draft) {
  if (draft.state === "added") return "Added. It stands in the list below.";
  if (draft.state === "known") return `It was added before and is ${draft.record?.state}.`;
  if (draft.isEmpty && !draft.problem) return "Choose at least one file.";
  return draft.problem;
}

/**
 * @param {Draft} draft
 * @returns {(string | Node)[]}
 */
export function factsOf(draft) {
  const { origin, preview, selection } = draft;
  if (draft.isDone) return doneFacts(draft);
  const label = draft.wishes.label.trim();
  const labels = label ? [`label ${label}`] : [];
  if ("url" in origin) return [...labels, "URL", "the server fetches it and looks inside"];
  if ("magnet" in origin) {
    const { infohash, trackers } = origin.magnet;
    const hash = infohash ? [element("code", {}, infohash)] : [];
    return [...labels, "magnet link", ...hash, trackerWords(trackers)];
  }
  if (!preview || !selection) return preview ? [] : [size(origin.file.size)];
  const { chosen, files, bytes } = selection;
  const all = chosen === files ? count(files, "file") : `${chosen} of ${count(files, "file")}`;
  const kind = [preview.isPrivate ? "private" : "public"];
  if (preview.version !== "v1") kind.push(preview.version);
  const large = draft.needsUpload ? [`torrent file of ${size(origin.file.size)}, so it goes the larger path`] : [];
  return [...labels, size(bytes), all, ...kind, trackerWords(preview.trackers), ...large];
}

/**
 * @param {Draft} draft
 * @returns {string[]} Enough to recognise it by; the list has the rest.
 */
function doneFacts({ record }) {
  if (record?.size_bytes === undefined || record.file_count === undefined) return ["its size is known once it has started"];
  return [size(record.size_bytes), count(record.file_count, "file")];
}

/** @param {string[]} hosts */
function trackerWords(hosts) {
  if (hosts.length === 0) return "no tracker";
  const more = hosts.length - HOSTS_SHOWN;
  const shown = element("bdi", {}, hosts.slice(0, HOSTS_SHOWN).join(", "));
  return element("span", {}, hosts.length === 1 ? "tracker " : "trackers ", shown, more > 0 ? ` and ${more} more` : "");
}
