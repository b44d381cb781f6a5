// What is dropped or pasted anywhere on the page, and what other pages and the system send here.

import { say, takeFiles, takeLinks } from "./intake.js";

/** @typedef {import("./drafts.js").Drafts} Drafts */

/**
 * A near miss must not make the browser leave the page.
 *
 * @param {Drafts} drafts
 */
export function takeDrops(drafts) {
  let depth = 0;
  let isOurs = false;
  document.addEventListener("dragstart", () => (isOurs = true));
  document.addEventListener("dragend", () => (isOurs = false));
  /** @param {DragEvent} event Of what comes from elsewhere: files anywhere; links anywhere but in a field. */
  const isForUs = ({ dataTransfer, target }) => {
    if (isOurs || !dataTransfer) return false;
    if (dataTransfer.types.includes("Files")) return true;
    return !isField(target) && dataTransfer.types.some((type) => type.startsWith("text/"));
  };
  /** @param {number} now */
  const setDepth = (now) => {
    depth = now;
    document.body.classList.toggle("dropping", depth > 0);
  };
  document.addEventListener("dragenter", (event) => isForUs(event) && setDepth(depth + 1));
  document.addEventListener("dragleave", (event) => isForUs(event) && setDepth(Math.max(0, depth - 1)));
  document.addEventListener("dragover", (event) => isForUs(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    setDepth(0);
    if (!isForUs(event) || !event.dataTransfer) return;
    event.preventDefault();
    const { files } = event.dataTransfer;
    const text = event.dataTransfer.getData("text/uri-list") || event.dataTransfer.getData("text/plain");
    if (files.length > 0) takeFiles(drafts, [...files]);
    else if (!takeLinks(drafts, text)) say("There is no magnet link or URL in what you dropped.", "bad");
  });
}

/** @param {Drafts} drafts */
export function takePastes(drafts) {
  document.addEventListener("paste", (event) => {
    if (!event.clipboardData) return;
    const files = [...event.clipboardData.files];
    // A name or a label is pasted where it belongs.
    if (files.length === 0 && isField(event.target) && !isEmptyLinks(event.target)) return;
    const taken = files.length > 0 || takeLinks(drafts, event.clipboardData.getData("text/plain"));
    if (files.length > 0) takeFiles(drafts, files);
    if (taken) event.preventDefault();
  });
}

/**
 * Links in this page's own address, from `magnet:` links, the bookmarklet or a phone's share sheet. They are only
 * shown: whoever made the link must not be able to add a torrent here.
 *
 * @param {Drafts} drafts
 */
export function takeAddress(drafts) {
  const read = () => {
    // The bookmarklet's are in the fragment, which has no limit of length and is told to no server.
    const all = [location.search, location.hash.replace(/^#/, "?")].map((part) => new URLSearchParams(part));
    const texts = all.flatMap((part) => ["add", "url", "text", "title"].flatMap((key) => part.getAll(key)));
    if (texts.length === 0) return;
    history.replaceState(null, "", location.pathname);
    if (!takeLinks(drafts, texts.join("\n"))) say("There is no magnet link or URL in what was sent here.", "bad");
  };
  window.addEventListener("hashchange", read);
  read();
}

/**
 * Files that the system opens with the installed page.
 *
 * @param {Drafts} drafts
 */
export function takeLaunches(drafts) {
  const { launchQueue } = /** @type {{ launchQueue?: { setConsumer(take: (launch: { files?: FileSystemFileHandle[] }) => void): void } }} */ (window);
  launchQueue?.setConsumer(async ({ files = [] }) => {
    takeFiles(drafts, await Promise.all(files.map((file) => file.getFile())));
  });
}

/**
 * @param {EventTarget | null} target
 * @returns {target is HTMLInputElement | HTMLTextAreaElement}
 */
function isField(target) {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === "text");
}

/** @param {HTMLInputElement | HTMLTextAreaElement} field */
function isEmptyLinks(field) {
  return field.id === "links" && field.value.trim() === "";
}
