import { byId, element, time } from "../dom.js";
import { count, size } from "../format.js";
import { showTimeLeft } from "./expiry.js";

/**
 * @typedef {object} Entry As in library.json.
 * @property {string} infohash
 * @property {string} name A stranger's text.
 * @property {number} size_bytes
 * @property {number} file_count
 * @property {string} kind
 * @property {string} stored_at
 * @property {string} [expires_at]
 */

/** So many rows are shown at once. */
const SHOWN_MAX = 500;

/** As people number things: Part 2 before Part 10. */
const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** `library.json` has the newest first. @type {Record<string, (a: Entry, b: Entry) => number>} */
const ORDERS = {
  newest: () => 0,
  oldest: (a, b) => Date.parse(a.stored_at) - Date.parse(b.stored_at),
  name: (a, b) => NAMES.compare(a.name, b.name),
  largest: (a, b) => b.size_bytes - a.size_bytes,
};

showTimeLeft(document);
const form = document.getElementById("search");
if (form instanceof HTMLFormElement) startSearch(form);

/** @param {HTMLFormElement} form */
function startSearch(form) {
  const words = byId("words", HTMLInputElement);
  const kind = byId("kind", HTMLSelectElement);
  const order = byId("order", HTMLSelectElement);
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
    const isSearch = wanted.length > 0 || kind.value !== "";
    document.getElementById("older")?.toggleAttribute("hidden", isSearch || order.value !== "newest");
    if (!isSearch && order.value === "newest") {
      list.replaceChildren(...all);
      found.textContent = "";
      return;
    }
    try {
      entries ??= load();
      const matching = (await entries).filter((entry) => matches(entry, wanted, kind.value)).sort(ORDERS[order.value]);
      if (mine !== search) return;
      list.replaceChildren(...matching.slice(0, SHOWN_MAX).map(row));
      showTimeLeft(list);
      const more = matching.length > SHOWN_MAX ? `, the first ${SHOWN_MAX} of them shown` : "";
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
  const items = facts.map((fact) => element("li", {}, fact));
  if (entry.expires_at) items.push(element("li", { class: "expires" }, "kept until ", time(entry.expires_at)));
  return element("li", { "data-kind": entry.kind }, link, element("ul", { class: "facts" }, ...items));
}
