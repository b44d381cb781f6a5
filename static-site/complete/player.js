import { element } from "../dom.js";
import { keepPosition, positionOf } from "./positions.js";
import { addSubtitles, subtitlesOf } from "./subtitles.js";

/** How often a position is kept while something plays. */
const KEEP_MS = 5_000;

/** Steps of the keys, in seconds. */
const STEPS = { j: -10, l: 10, ArrowLeft: -5, ArrowRight: 5 };

/**
 * Plays everything that can be played, one after the other, in the element that the page came with.
 *
 * @param {HTMLAnchorElement[]} links
 */
export function offerPlayer(links) {
  const section = document.getElementById("player");
  const media = section?.querySelector("video, audio");
  if (!section || !(media instanceof HTMLMediaElement)) return;
  const playable = links.filter(({ dataset }) => dataset.kind === "video" || dataset.kind === "audio");
  const subtitles = links.filter(({ dataset }) => dataset.kind === "subtitles").map(({ pathname }) => pathname);
  new Player(section, media, playable, subtitles);
}

class Player {
  /**
   * @param {HTMLElement} section
   * @param {HTMLMediaElement} media
   * @param {HTMLAnchorElement[]} links What can be played.
   * @param {string[]} subtitles
   */
  constructor(section, media, links, subtitles) {
    this.media = media;
    this.links = links;
    this.subtitles = subtitles;
    this.kept = 0;
    this.words = section.querySelector(".playing") ?? element("p", {});
    this.note = element("p", { class: "note", role: "status" });
    this.index = Math.max(0, links.findIndex(({ pathname }) => pathname === new URL(media.src).pathname));
    this.previous = button("Previous", () => this.play(this.index - 1));
    this.next = button("Next", () => this.play(this.index + 1));
    this.place = element("span", { class: "hint" });
    const hint = element("span", { class: "hint" }, "Keys: k plays and pauses, j and l go back and forth, p and n change the file, m mutes, f fills the screen.");
    if (links.length > 1) section.append(element("div", { class: "controls" }, this.previous, this.next, this.place));
    section.append(this.note, hint);
    for (const [index, link] of links.entries()) {
      const play = button("Play", () => this.play(index));
      play.setAttribute("aria-label", `Play ${link.textContent}`);
      link.closest("li")?.append(play);
    }
    this.listen();
    section.addEventListener("keydown", (event) => this.key(event));
    addEventListener("pagehide", () => this.keep());
    this.show();
  }

  listen() {
    const { media } = this;
    media.addEventListener("loadedmetadata", () => {
      const position = positionOf(this.path);
      if (position > 0 && position < media.duration) media.currentTime = position;
    });
    media.addEventListener("timeupdate", () => {
      if (Date.now() - this.kept > KEEP_MS) this.keep();
    });
    media.addEventListener("pause", () => this.keep());
    media.addEventListener("ended", () => {
      if (this.index + 1 < this.links.length) this.play(this.index + 1);
    });
    media.addEventListener("error", () => {
      this.note.textContent = "This browser cannot play it. A player like VLC or mpv can: give it the link, or the playlist below.";
    });
    // An error may be older than this script.
    if (media.error) media.dispatchEvent(new Event("error"));
    if (media.readyState >= HTMLMediaElement.HAVE_METADATA) media.dispatchEvent(new Event("loadedmetadata"));
  }

  get path() {
    return this.links[this.index].pathname;
  }

  keep() {
    // Before the first frame there is nothing to keep, and what is kept is not to be lost.
    if (this.media.readyState < HTMLMediaElement.HAVE_METADATA) return;
    this.kept = Date.now();
    keepPosition(this.path, this.media.currentTime, this.media.duration);
  }

  /** @param {number} index */
  play(index) {
    if (index < 0 || index >= this.links.length) return;
    this.keep();
    if (index !== this.index) {
      this.index = index;
      this.forgetTracks();
      this.media.src = this.links[index].href;
      this.show();
    }
    this.media.focus();
    this.media.scrollIntoView({ block: "nearest" });
    // A refusal shows as an error of the element, or is the browser's own wish for a click.
    this.media.play().catch(() => {});
  }

  /** Tracks that a script has added stay for good; only another element is without them. */
  forgetTracks() {
    if (this.media.textTracks.length === 0) return;
    const fresh = /** @type {HTMLMediaElement} */ (this.media.cloneNode());
    this.media.replaceWith(fresh);
    this.media = fresh;
    this.listen();
  }

  show() {
    const link = this.links[this.index];
    const name = link.textContent ?? "";
    this.note.textContent = "";
    this.words.replaceChildren(element("bdi", {}, name));
    this.media.setAttribute("aria-label", name);
    this.place.textContent = `${this.index + 1} of ${this.links.length}`;
    this.previous.setAttribute("aria-disabled", String(this.index === 0));
    this.next.setAttribute("aria-disabled", String(this.index + 1 === this.links.length));
    for (const other of this.links) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    for (const found of subtitlesOf(link.pathname, this.subtitles)) addSubtitles(this.media, found);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { media } = this;
    const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
    if (step) media.currentTime = Math.max(0, media.currentTime + step);
    else if (event.key === "k") media.paused ? media.play().catch(() => {}) : media.pause();
    else if (event.key === "p") this.play(this.index - 1);
    else if (event.key === "n") this.play(this.index + 1);
    else if (event.key === "m") media.muted = !media.muted;
    else if (event.key === "f") document.fullscreenElement ? document.exitFullscreen() : media.requestFullscreen();
    else return;
    event.preventDefault();
  }
}

/**
 * @param {string} words
 * @param {() => void} act
 */
function button(words, act) {
  const made = element("button", { type: "button", class: "quiet" }, words);
  made.addEventListener("click", act);
  return made;
}
