import { element } from "../dom.js";

/** @typedef {{ previous?: () => void, next?: () => void }} Steps */

/** @type {Steps | undefined} */
let steps;
const title = element("h2", {});
const previous = step("Previous", () => steps?.previous?.());
const next = step("Next", () => steps?.next?.());
const close = step("Close", () => dialog.close());
const header = element("header", {}, title, previous, next, close);
const dialog = element("dialog", { class: "preview" }, header);

dialog.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLPreElement) return;
  const go = { ArrowLeft: steps?.previous, ArrowRight: steps?.next }[event.key];
  if (!go) return;
  event.preventDefault();
  go();
});

/**
 * Shows something large, in front of the page.
 *
 * @param {string} name A stranger's text.
 * @param {HTMLElement} content
 * @param {Steps} [around] What is before it and behind it.
 */
export function viewer(name, content, around) {
  steps = around;
  const isOpen = dialog.open;
  title.replaceChildren(element("bdi", {}, name));
  previous.hidden = next.hidden = !around;
  dim(previous, !around?.previous);
  dim(next, !around?.next);
  dialog.setAttribute("aria-label", name);
  // The buttons stay where they are: one that is moved loses the focus, and with it the keys.
  if (dialog.lastElementChild !== header) dialog.lastElementChild?.remove();
  dialog.append(content);
  if (isOpen) return;
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

/**
 * A button that is disabled would lose the focus.
 *
 * @param {HTMLButtonElement} button
 * @param {boolean} isDim
 */
function dim(button, isDim) {
  button.setAttribute("aria-disabled", String(isDim));
}

/**
 * @param {string} words
 * @param {() => void} act
 */
function step(words, act) {
  const button = element("button", { type: "button", class: "quiet" }, words);
  button.addEventListener("click", act);
  return button;
}
