/** @typedef {{ magnet: string, infohash?: string, name?: string, trackers: string[] }} MagnetLink */
/** @typedef {{ magnet: MagnetLink } | { url: string }} Link */

/** A link ends where no link goes on: white space, quotes, angle brackets. */
const LINK = /(?:magnet:\?|https?:\/\/)[^\s"<>`\u201c\u201d]+/gi;

/** A line that is nothing but an info-hash: 40 digits in hex or 32 in base32. */
const INFOHASH = /^\s*([0-9a-f]{40}|[a-z2-7]{32})\s*$/gim;

/**
 * Every magnet link, URL and lone info-hash in a text, HTML included, each once, in its order.
 *
 * @param {string} text
 * @returns {Link[]}
 */
export function findLinks(text) {
  const hashes = [...text.matchAll(INFOHASH)].map(({ index, 1: hash }) => ({ index, link: `magnet:?xt=urn:btih:${hash}` }));
  const links = [...text.matchAll(LINK)].map(({ index, 0: link }) => ({ index, link: withoutPunctuation(link.replaceAll("&amp;", "&")) }));
  const found = [...hashes, ...links].sort((a, b) => a.index - b.index).map(({ link }) => link);
  return [...new Set(found)].map((link) => (/^magnet:/i.test(link) ? { magnet: readMagnet(link) } : { url: link }));
}

/**
 * A sentence's full stop and a bracket that was opened before the link are not of it.
 *
 * @param {string} link
 * @returns {string}
 */
function withoutPunctuation(link) {
  for (;;) {
    const last = link.at(-1) ?? "";
    const opening = { ")": "(", "]": "[", "}": "{" }[last];
    const unopened = opening && link.split(opening).length < link.split(last).length;
    if (!".,;:!?'*".includes(last) && !unopened) return link;
    link = link.slice(0, -1);
  }
}

/**
 * What a magnet link (BEP 9) says of itself. Whether it is good the server says.
 *
 * @param {string} magnet
 * @returns {MagnetLink}
 */
export function readMagnet(magnet) {
  const query = new URLSearchParams(magnet.slice(magnet.indexOf("?")));
  const topics = [...query].filter(([key]) => /^xt(\.\d+)?$/.test(key)).map(([, value]) => value);
  const hash = topics.map((topic) => /^urn:btih:([0-9a-z]+)$/i.exec(topic)?.[1]).find((found) => found);
  return {
    magnet,
    infohash: hash && hexOf(hash),
    name: query.get("dn")?.trim() || undefined,
    trackers: [...query].filter(([key]) => /^tr(\.\d+)?$/.test(key)).map(([, url]) => URL.parse(url)?.host || url),
  };
}

/**
 * @param {string} hash 40 digits in hex or 32 in base32 (RFC 4648).
 * @returns {string | undefined}
 */
function hexOf(hash) {
  if (/^[0-9a-f]{40}$/i.test(hash)) return hash.toLowerCase();
  if (!/^[a-z2-7]{32}$/i.test(hash)) return undefined;
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...hash.toUpperCase()].map((sign) => digits.indexOf(sign).toString(2).padStart(5, "0")).join("");
  return (bits.match(/.{4}/g) ?? []).map((four) => parseInt(four, 2).toString(16)).join("");
}
