import { Refusal, torrentWithFiles } from "../api.js";
import { element } from "../dom.js";
import { percent, size } from "../format.js";
import { NoAnswer } from "../request.js";
import { patchChildren } from "./patch.js";
import { shownState } from "./torrent-row.js";

/** @typedef {import("../types.js").TorrentRecord} TorrentRecord */
/** @typedef {import("../types.js").TorrentFile} TorrentFile */

/** More rows at once help nobody. */
const STEP = 100;

/** The files of a torrent, below its row while that is open. */
export class Files {
  element = element("div", { class: "files" });
  #list = element("ul", { class: "file-list", tabindex: "0" });
  #note = element("p", { class: "hint", role: "status" }, "Reading the files …");
  #more = element("button", { type: "button", class: "quiet", hidden: "" });
  #record;
  /** @type {TorrentFile[]} */
  #files = [];
  #shown = STEP;
  /** @type {number | undefined} Where the API goes on. */
  #next = 0;
  #reading = false;
  /** Whether something has happened since the reading began. */
  #isOld = false;

  /** @param {TorrentRecord} record */
  constructor(record) {
    this.#record = record;
    this.#list.setAttribute("aria-label", `Files of ${record.name}`);
    this.element.append(this.#list, this.#note, this.#more);
    this.#more.addEventListener("click", () => this.#showMore());
    this.#read();
  }

  /** @param {TorrentRecord} record As it is now; when more of it is stored, its files are asked for again. */
  update(record) {
    const old = this.#record;
    this.#record = record;
    const hasMoved = old.stored_bytes !== record.stored_bytes || old.state !== record.state || this.#files.length === 0;
    if (hasMoved) this.#read();
    else this.#render();
  }

  #showMore() {
    const at = this.#list.children.length;
    this.#shown += STEP;
    this.#read().then(() => {
      // The button may be gone now; the keyboard goes on with the first new row.
      const first = this.#list.children[at];
      if (!(first instanceof HTMLElement) || !this.#more.hidden) return;
      first.tabIndex = -1;
      first.focus();
    });
  }

  /** Reads from the start as many files as are shown, as links appear anywhere. */
  async #read() {
    this.#isOld = this.#reading;
    if (this.#reading) return;
    this.#reading = true;
    try {
      /** @type {TorrentFile[]} */
      const files = [];
      /** @type {number | undefined} */
      let next = 0;
      while (next !== undefined && files.length < this.#shown) {
        const answer = await torrentWithFiles(this.#record.infohash, next);
        files.push(...(answer.files ?? []));
        next = answer.files_next;
      }
      [this.#files, this.#next] = [files, next];
      this.#note.textContent = files.length === 0 ? "Nobody knows its files yet." : "";
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof NoAnswer)) throw error;
      const why = error instanceof Refusal ? error.message : "no answer came";
      this.#note.textContent = `The files could not be read just now: ${why}.`;
    } finally {
      this.#reading = false;
    }
    this.#render();
    if (this.#isOld) await this.#read();
  }

  #render() {
    const shown = this.#files.slice(0, this.#shown);
    const top = commonFolder(this.#files);
    patchChildren(this.#list, shown.map((file) => this.#row(file, top)));
    const rest = this.#files.length - shown.length;
    this.#more.hidden = rest === 0 && this.#next === undefined;
    const words = this.#next === undefined ? `Show ${Math.min(STEP, rest)} more of ${rest}` : `Show ${STEP} more`;
    if (this.#more.textContent !== words) this.#more.textContent = words;
  }

  /**
   * @param {TorrentFile} file
   * @param {string} top
   */
  #row(file, top) {
    const path = file.path.slice(top.length);
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const name = element("bdi", {}, element("span", { class: "folder" }, folder), path.slice(folder.length));
    const [sign, words] = this.#state(file);
    return element(
      "li",
      {},
      file.link === undefined ? element("span", { class: "file-name" }, name) : element("a", { class: "file-name", href: file.link }, name),
      element("span", { class: "number" }, size(file.size_bytes)),
      element("span", { class: file.stored ? "file-state stored" : "file-state" }, element("span", { "aria-hidden": "true" }, sign), ` ${words}`),
    );
  }

  /**
   * Deluge tells how far a torrent is, not each of its files, so one that is alone says more.
   *
   * @param {TorrentFile} file
   * @returns {[string, string]} A sign and words.
   */
  #state({ stored, wanted }) {
    const { file_count, size_bytes, progress, state } = this.#record;
    if (stored) return ["✓", "stored"];
    if (!wanted) return ["–", "not wanted"];
    switch (shownState(this.#record)) {
      case "transferring":
        return ["↑", "downloaded, being stored"];
      case "downloading": {
        const done = progress?.downloaded_bytes;
        const isAlone = file_count === 1 && size_bytes !== undefined && done !== undefined;
        return ["↓", isAlone ? `${percent(done, size_bytes)}% downloaded` : "not stored yet"];
      }
      case "complete":
      case "failed":
      case "removed":
        return ["✕", "not stored"];
      default:
        return ["…", state === "queued" ? "waits" : "paused"];
    }
  }
}

/**
 * @param {TorrentFile[]} files
 * @returns {string} The folder that all are in, which says nothing new: usually the torrent's name.
 */
function commonFolder(files) {
  const [first] = files;
  if (!first) return "";
  const folder = first.path.slice(0, first.path.indexOf("/") + 1);
  return files.every(({ path }) => path.startsWith(folder)) ? folder : "";
}
