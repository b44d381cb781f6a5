// Everything by which a torrent can come to this page.

import { byId } from "../dom.js";
import { count } from "../format.js";
import { findLinks } from "../torrent/links.js";
import { Drafts } from "./drafts.js";

/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */

const form = byId("add", HTMLFormElement);
const fileInput = byId("files", HTMLInputElement);
const linkInput = byId("links", HTMLTextAreaElement);
const labelInput = byId("label", HTMLInputElement);
const button = byId("submit", HTMLButtonElement);
const clear = byId("clear", HTMLButtonElement);
const answer = byId("answer", HTMLParagraphElement);

const NO_LINKS = "There is no magnet link, URL or info-hash in this text.";

/**
 * @param {(record: TorrentRecord) => void} added Told of every record that the API answers with.
 * @returns {Drafts}
 */
export function startIntake(added) {
  const drafts = new Drafts(byId("drafts", HTMLOListElement), {
    added,
    say,
    changed: () => showButtons(drafts),
    label: () => labelInput.value.trim(),
    leave: () => linkInput.focus(),
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(drafts);
  });
  clear.addEventListener("click", () => drafts.clearDone());
  fileInput.addEventListener("change", () => {
    takeFiles(drafts, [...(fileInput.files ?? [])]);
    // The same file may be chosen again after it was removed.
    fileInput.value = "";
  });
  linkInput.addEventListener("input", () => {
    linkInput.removeAttribute("aria-invalid");
    showButtons(drafts);
  });
  showButtons(drafts);
  return drafts;
}

/**
 * @param {Drafts} drafts
 * @param {File[]} files
 */
export async function takeFiles(drafts, files) {
  if (files.length > 0) say(await drafts.take(files.map((file) => ({ file }))));
}

/**
 * @param {Drafts} drafts
 * @param {string} text
 * @returns {boolean} Whether there was a link in it.
 */
export function takeLinks(drafts, text) {
  const links = findLinks(text);
  if (links.length > 0) drafts.take(links).then(say);
  return links.length > 0;
}

/** @param {Drafts} drafts */
async function submit(drafts) {
  if (button.getAttribute("aria-disabled") === "true") return;
  const text = linkInput.value.trim();
  if (text !== "") {
    const links = findLinks(text);
    if (links.length === 0) {
      linkInput.setAttribute("aria-invalid", "true");
      linkInput.focus();
      return say(NO_LINKS, "bad");
    }
    linkInput.value = "";
    await drafts.take(links);
  }
  await drafts.taken;
  const { ready } = drafts;
  if (ready.length === 0) return say("Choose torrent files or paste links first.", "bad");
  say(`Adding ${count(ready.length, "torrent")} …`);
  return say(await drafts.send(ready));
}

/** @param {Drafts} drafts */
function showButtons(drafts) {
  const { length } = drafts.ready;
  const typed = linkInput.value.trim() === "" ? 0 : findLinks(linkInput.value).length;
  const sum = length + typed;
  const busy = drafts.isBusy && sum === 0;
  const words = busy ? "Adding …" : sum > 1 ? `Add ${sum} torrents` : "Add torrent";
  if (button.textContent !== words) button.textContent = words;
  button.setAttribute("aria-disabled", String(busy));
  clear.hidden = drafts.done.length === 0;
}

/**
 * @param {string} words
 * @param {"bad" | ""} [mood]
 */
export function say(words, mood = "") {
  answer.className = `answer ${mood}`.trim();
  answer.textContent = words;
}
