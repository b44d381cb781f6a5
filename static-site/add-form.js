import { NoAnswer, Refusal, addTorrent } from "./api.js";
import { toBase64 } from "./base64.js";
import { byId, element } from "./dom.js";

/** @typedef {import("./types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("./api.js").Source} Source */

/** As crates/torrent has it; reading more into memory would be of no use. */
const TORRENT_BYTES_MAX = 10 * 1024 * 1024;

const form = byId("add", HTMLFormElement);
const file = byId("torrent", HTMLInputElement);
const magnet = byId("magnet", HTMLInputElement);
const drop = byId("drop", HTMLDivElement);
const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
const answer = byId("answer", HTMLParagraphElement);

let sending = false;

/** @param {(record: TorrentRecord) => void} added Told of every record that the API answers with. */
export function startForm(added) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    setSending(true);
    try {
      const { record, known } = await addTorrent(await chosenSource());
      form.reset();
      added(record);
      const end = known ? ` is known already: ${record.state}.` : " is added and waits for a worker.";
      say("good", element("bdi", {}, record.name), end);
    } catch (error) {
      complain(error);
    } finally {
      setSending(false);
    }
  });
  takeDrops();
}

/**
 * @returns {Promise<Source>}
 * @throws {Refusal}
 */
async function chosenSource() {
  const chosen = file.files?.[0];
  const uri = magnet.value.trim();
  if (chosen && uri) throw new Refusal("Give a torrent file or a magnet link, not both at once.");
  if (uri) return { magnet: uri };
  if (!chosen) throw new Refusal("Choose a torrent file or paste a magnet link first.");
  if (chosen.size > TORRENT_BYTES_MAX) {
    throw new Refusal("This file is over 10 MiB, more than a torrent file may have.", "torrent");
  }
  return { torrent: toBase64(await contents(chosen)) };
}

/**
 * @param {File} chosen
 * @returns {Promise<Uint8Array>}
 */
async function contents(chosen) {
  try {
    return new Uint8Array(await chosen.arrayBuffer());
  } catch {
    throw new Refusal("The file could not be read. Was it moved or changed? Choose it again.", "torrent");
  }
}

/** @param {boolean} now */
function setSending(now) {
  sending = now;
  button.setAttribute("aria-disabled", String(now));
  button.textContent = now ? "Adding …" : "Add torrent";
  if (!now) return;
  say("");
  for (const input of [file, magnet]) input.removeAttribute("aria-invalid");
}

/** @param {unknown} error */
function complain(error) {
  if (error instanceof Refusal) {
    const wrong = { torrent: file, magnet }[error.field ?? ""];
    wrong?.setAttribute("aria-invalid", "true");
    say("bad", error.message);
  } else if (error instanceof NoAnswer) {
    say("bad", "No answer came, so it is not known whether the torrent arrived. Adding it again is safe.");
  } else {
    say("bad", "Something went wrong on this page. Reload it and try again.");
    throw error;
  }
}

/**
 * @param {"good" | "bad" | ""} mood
 * @param {...(Node | string)} words
 */
function say(mood, ...words) {
  answer.className = `answer ${mood}`.trim();
  answer.replaceChildren(...words);
}

/** A file may fall anywhere: a near miss would make the browser leave the page. */
function takeDrops() {
  let depth = 0;
  /** @param {DragEvent} event */
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  /** @param {number} now */
  const setDepth = (now) => {
    depth = now;
    drop.classList.toggle("over", depth > 0);
  };
  document.addEventListener("dragenter", (event) => hasFiles(event) && setDepth(depth + 1));
  document.addEventListener("dragleave", (event) => hasFiles(event) && setDepth(depth - 1));
  document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer || !hasFiles(event)) return;
    event.preventDefault();
    setDepth(0);
    const { files } = event.dataTransfer;
    if (files.length > 1) {
      say("bad", "Drop one torrent file at a time.");
      return;
    }
    file.files = files;
    file.focus();
    say("", "Ready to add.");
  });
}
