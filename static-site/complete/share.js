import { element, time } from "../dom.js";
import { hasSignedIn } from "../session.js";

/** @typedef {{ id: string, path: string, expires_at: string, link?: string }} Share As the API has it. */

/** How long a link may last: the API takes no other. @type {[number, string][]} */
const LENGTHS = [[3_600, "1 hour"], [86_400, "1 day"], [604_800, "7 days"], [2_592_000, "30 days"]];

/**
 * Lets the owner make, see and revoke share links of this torrent. Visitors who came by one see nothing of it.
 *
 * @param {HTMLAnchorElement[]} links
 */
export function offerShare(links) {
  const infohash = /^\/complete\/([0-9a-f]{40})\//.exec(location.pathname)?.[1];
  if (infohash && links.length > 0 && hasSignedIn()) new Sharing(`/files/${infohash}/`, links);
}

class Sharing {
  /**
   * @param {string} torrent The path that means all of it.
   * @param {HTMLAnchorElement[]} links
   */
  constructor(torrent, links) {
    this.torrent = torrent;
    this.names = new Map(links.map((link) => [link.pathname, link.textContent ?? ""]));
    const files = links.map(({ pathname, textContent }) => element("option", { value: pathname }, textContent ?? ""));
    this.what = element("select", { id: "share-what" }, element("option", { value: torrent }, "the whole torrent"), ...files);
    const lengths = LENGTHS.map(([seconds, words]) => element("option", { value: String(seconds) }, words));
    this.length = element("select", { id: "share-length" }, ...lengths);
    this.list = element("ul", { class: "shares" });
    this.answer = element("p", { class: "answer", role: "status" });
    const make = element("button", { type: "submit" }, "Make a link");
    this.made = element("p", {});
    const form = element("form", {}, label("share-what", "Share"), this.what, label("share-length", "for"), this.length, make);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act(() => this.make());
    });
    const details = element("details", { id: "share", class: "more" }, element("summary", {}, "Share"), element("div", { class: "panel" }, form, this.made, this.answer, this.list));
    details.addEventListener("toggle", () => details.open && this.act(() => this.show()));
    document.getElementById("files")?.after(details);
  }

  /** @param {() => Promise<void>} action */
  async act(action) {
    this.answer.textContent = "";
    try {
      await action();
    } catch (error) {
      this.answer.textContent = error instanceof Refused ? error.message : "No answer came. Try again.";
    }
  }

  async make() {
    const wish = { path: this.what.value, seconds: Number(this.length.value) };
    /** @type {Share} */
    const share = await ask("POST", "/api/shares", wish);
    const link = element("input", { type: "text", readonly: "", "aria-label": "The link", value: new URL(share.link ?? "", location.origin).href });
    link.addEventListener("focus", () => link.select());
    const copy = element("button", { type: "button", class: "quiet" }, "Copy");
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(link.value);
      copy.textContent = "Copied";
    });
    this.made.replaceChildren(link, copy, element("span", { class: "hint" }, "Whoever has it can open this and nothing else. It is not shown again."));
    await this.show();
    link.focus();
  }

  async show() {
    const shares = await allShares();
    this.list.replaceChildren(...shares.filter(({ path }) => path.startsWith(this.torrent)).map((share) => this.row(share)));
  }

  /** @param {Share} share */
  row({ id, path, expires_at: ends }) {
    const name = path === this.torrent ? "the whole torrent" : (this.names.get(path) ?? path);
    const revoke = element("button", { type: "button", class: "quiet" }, "Revoke");
    revoke.setAttribute("aria-label", `Revoke the link to ${name}`);
    revoke.addEventListener("click", () => this.act(async () => {
      await ask("DELETE", `/api/shares/${id}`);
      await this.show();
    }));
    return element("li", {}, element("bdi", {}, name), " until ", time(ends), " ", revoke);
  }
}

class Refused extends Error {}

/** The API lists them a page at a time. */
async function allShares() {
  /** @type {Share[]} */
  const all = [];
  let cursor = "";
  do {
    /** @type {{ shares: Share[], next?: string }} */
    const page = await ask("GET", `/api/shares${cursor}`);
    all.push(...page.shares);
    cursor = page.next ? `?cursor=${encodeURIComponent(page.next)}` : "";
  } while (cursor);
  return all;
}

/**
 * @param {string} method
 * @param {string} url
 * @param {object} [body]
 */
async function ask(method, url, body) {
  const json = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(url, { method, cache: "no-store", ...json });
  if (answer.status === 204) return null;
  if (answer.ok) return answer.json();
  if (answer.status === 401) throw new Refused("You are not signed in any more.");
  const { detail } = await answer.json().catch(() => ({}));
  throw new Refused(detail ?? `The server answered ${answer.status}.`);
}

/**
 * @param {string} id
 * @param {string} words
 */
function label(id, words) {
  return element("label", { for: id }, words);
}
