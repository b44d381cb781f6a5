import { element } from "../dom.js";
import { size } from "../format.js";
import { decoded } from "./text.js";
import { viewer } from "./viewer.js";

/** So much of a text is fetched. */
const BYTES_MAX = 512 * 1024;

/**
 * Puts a button beside every file that can be read. Text is fetched and shown as text, whatever it means: an HTML file
 * is not to run here. A PDF is shown by the browser, where it has a viewer and the file is served as PDF, by its name.
 *
 * @param {HTMLAnchorElement[]} links
 */
export function offerPreviews(links) {
  for (const link of links) {
    const show = previewOf(link);
    if (!show) continue;
    const button = element("button", { type: "button", class: "quiet" }, "Read");
    button.setAttribute("aria-label", `Read ${link.textContent}`);
    button.addEventListener("click", () => show(link));
    link.closest("li")?.append(button);
  }
}

/** @param {HTMLAnchorElement} link */
function previewOf({ dataset: { kind }, pathname }) {
  if (kind === "text" || kind === "subtitles") return showText;
  return kind === "pdf" && pathname.endsWith(".pdf") && navigator.pdfViewerEnabled ? showPdf : undefined;
}

/** @param {HTMLAnchorElement} link */
function showPdf({ href, textContent }) {
  const name = textContent ?? "";
  viewer(name, element("iframe", { src: href, title: name }));
}

/** @param {HTMLAnchorElement} link */
async function showText(link) {
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
