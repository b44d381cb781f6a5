import { element } from "../dom.js";
import { size } from "../format.js";
import { decoded } from "./text.js";
import { viewer } from "./viewer.js";

/** So much of a text is fetched. */
const BYTES_MAX = 512 * 1024;

/**
 * Puts a button beside every file that is text. The text is fetched and shown as text: opened by its own address a
 * file is kept in a sandbox, where browsers show no PDF, and an HTML file is not to run at all.
 *
 * @param {HTMLAnchorElement[]} links
 */
export function offerPreviews(links) {
  for (const link of links) {
    if (!["text", "subtitles"].includes(link.dataset.kind ?? "")) continue;
    const button = element("button", { type: "button", class: "quiet" }, "Read");
    button.setAttribute("aria-label", `Read ${link.textContent}`);
    button.addEventListener("click", () => show(link));
    link.closest("li")?.append(button);
  }
}

/** @param {HTMLAnchorElement} link */
async function show(link) {
  const text = element("pre", { tabindex: "0" }, "Loading …");
  viewer(link.textContent ?? "", text);
  try {
    const answer = await fetch(link.href, { headers: { range: `bytes=0-${BYTES_MAX - 1}` } });
    if (answer.status === 416) text.textContent = "The file is empty.";
    else if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    else text.textContent = await words(answer);
  } catch (error) {
    text.textContent = `The file could not be read: ${error instanceof Error ? error.message : error}.`;
  }
}

/** @param {Response} answer */
async function words(answer) {
  const text = decoded(await answer.arrayBuffer());
  const whole = Number(answer.headers.get("content-range")?.split("/")[1] ?? 0);
  return whole > BYTES_MAX ? `${text}\n\n… and so on: these are the first ${size(BYTES_MAX)} of ${size(whole)}.` : text;
}
