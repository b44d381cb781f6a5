import { byId, element, time } from "../dom.js";
import { count, size } from "../format.js";

/**
 * @typedef {object} Entry As in library.json.
 * @property {string} infohash
 * @property {string} name A stranger's text.
 * @property {number} size_bytes
 * @property {number} file_count
 * @property {string} kind
 * @property {string} stored_at
 */

/** So many rows are shown at once. */
const SHOWN_MAX = 500;

const form = document.getElementById("search");
if (form instanceof HTMLFormElement) startSearch(form);

/** @param {HTMLFormElement} form */
function startSearch(form) {
  const words = byId("words", HTMLInputElement);
  const kind = byId("kind", HTMLSelectElement);
  const found = byId("found", HTMLParagraphElement);
  const list = byId("library", HTMLUListElement);
  const all = [...list.children];
  /** @type {Promise<Entry[]> | undefined} */
  let entries;
  let search = 0;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", async () => {
    const mine = (search += 1);
    const wanted = folded(words.value).split(/\s+/).filter(Boolean);
    document.getElementById("older")?.toggleAttribute("hidden", wanted.length > 0 || kind.value !== "");
    if (wanted.length === 0 && kind.value === "") {
      list.replaceChildren(...all);
      found.textContent = "";
      return;
    }
    try {
      entries ??= load();
      const matching = (await entries).filter((entry) => matches(entry, wanted, kind.value));
      if (mine !== search) return;
      list.replaceChildren(...matching.slice(0, SHOWN_MAX).map(row));
      const more = matching.length > SHOWN_MAX ? `, the newest ${SHOWN_MAX} of them shown` : "";
      found.textContent = `${count(matching.length, "torrent")} found${more}`;
    } catch {
      entries = undefined;
      found.textContent = "The list could not be read just now. Type on to try again.";
    }
  });
}

/** @returns {Promise<Entry[]>} */
async function load() {
  const answer = await fetch("library.json", { cache: "no-cache" });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return (await answer.json()).torrents;
}

/**
 * @param {Entry} entry
 * @param {string[]} wanted
 * @param {string} kind
 */
function matches(entry, wanted, kind) {
  const name = folded(entry.name);
  return (kind === "" || entry.kind === kind) && wanted.every((word) => name.includes(word) || entry.infohash === word);
}

/**
 * @param {string} text
 * @returns {string} Without what people leave out when they search.
 */
function folded(text) {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

/** @param {Entry} entry */
function row(entry) {
  const link = element("a", { href: `/complete/${entry.infohash}/index.html` }, element("bdi", {}, entry.name));
  const facts = [entry.kind, size(entry.size_bytes), count(entry.file_count, "file"), time(entry.stored_at)];
  return element("li", {}, link, element("ul", { class: "facts" }, ...facts.map((fact) => element("li", {}, fact))));
}
