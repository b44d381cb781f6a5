import { decoded } from "./text.js";

/** @typedef {{ start: number, end: number, text: string }} Cue In seconds. */

/** Subtitles are small; a larger file is none. */
const BYTES_MAX = 8 * 1024 * 1024;

/** Before and after the arrow, as SubRip and WebVTT have it: hours may be missing, fractions have 1 to 3 digits. */
const TIMES = /^\s*((?:\d+:)?\d+:\d+(?:[.,]\d{1,3})?)\s*-->\s*((?:\d+:)?\d+:\d+(?:[.,]\d{1,3})?)/;

/**
 * The subtitles of a video: files beside it, or in a folder of its folder, whose names begin with its name.
 *
 * @param {string} video A link's path.
 * @param {string[]} others Links' paths.
 * @returns {{ href: string, label: string }[]} Labelled with what else is in the name: a language, mostly.
 */
export function subtitlesOf(video, others) {
  const { folder, stem } = parts(video);
  /** @type {{ href: string, label: string }[]} */
  const found = [];
  for (const href of others) {
    const other = parts(href);
    const isNear = other.folder === folder || other.folder.replace(/[^/]*\/$/, "") === folder;
    if (!isNear || !(other.stem === stem || other.stem.startsWith(`${stem}.`))) continue;
    found.push({ href, label: other.stem.slice(stem.length + 1) || "Subtitles" });
  }
  return found;
}

/** @param {string} href */
function parts(href) {
  const slash = href.lastIndexOf("/") + 1;
  const name = decodeURIComponent(href.slice(slash));
  const dot = name.lastIndexOf(".");
  return { folder: href.slice(0, slash), stem: name.slice(0, dot < 0 ? undefined : dot) };
}

/**
 * Reads SubRip and WebVTT: what stands between a line of times and an empty line is said.
 *
 * @param {string} text
 * @returns {Cue[]}
 */
export function cuesOf(text) {
  /** @type {Cue[]} */
  const cues = [];
  for (const block of text.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n").split(/\n[ \t]*\n/)) {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => TIMES.test(line));
    const times = at < 0 ? null : TIMES.exec(lines[at]);
    if (!times) continue;
    const [start, end] = [seconds(times[1]), seconds(times[2])];
    // SubRip's colours and positions mean nothing in WebVTT.
    const said = lines.slice(at + 1).join("\n").replaceAll(/<\/?font[^>]*>|\{\\[^}]*\}/gi, "").trim();
    if (end > start && said !== "") cues.push({ start, end, text: said });
  }
  return cues;
}

/** @param {string} time */
function seconds(time) {
  return time.replace(",", ".").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/**
 * Adds a track to a video, to be switched on in its own controls. As cues and not as a file: a file that was made
 * here has a blob: address, which the content security policy does not let in.
 *
 * @param {HTMLMediaElement} video
 * @param {{ href: string, label: string }} subtitles
 */
export async function addSubtitles(video, { href, label }) {
  const answer = await fetch(href);
  if (!answer.ok || Number(answer.headers.get("content-length")) > BYTES_MAX) return;
  const cues = cuesOf(decoded(await answer.arrayBuffer()));
  if (cues.length === 0 || !video.isConnected) return;
  const track = video.addTextTrack("subtitles", label, /^[a-z]{2,3}$/.test(label) ? label : "");
  for (const { start, end, text } of cues) track.addCue(new VTTCue(start, end, text));
  track.mode = "disabled";
}
