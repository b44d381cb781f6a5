import { element } from "../dom.js";

let questions = 0;

/**
 * Asks in the place of what was pressed, and leaves the keyboard there. Escape is the last choice, which has
 * the keyboard at first: whoever presses Enter twice does no harm.
 *
 * @param {HTMLElement} place Everything else in it is hidden meanwhile.
 * @param {string} question
 * @param {{ word: string, harms?: boolean }[]} choices
 * @returns {Promise<number>} The index of the choice.
 */
export function ask(place, question, choices) {
  questions += 1;
  const before = document.activeElement;
  const text = element("p", { id: `question-${questions}` }, element("bdi", {}, question));
  const group = element("div", { class: "question", role: "group", "aria-labelledby": text.id }, text);
  return new Promise((resolve) => {
    /** @param {number} choice */
    const choose = (choice) => {
      group.remove();
      place.classList.remove("asking");
      if (before instanceof HTMLElement) before.focus();
      resolve(choice);
    };
    for (const [at, { word, harms }] of choices.entries()) {
      const button = element("button", { type: "button", class: harms ? "quiet harmful" : "quiet" }, word);
      button.addEventListener("click", () => choose(at));
      group.append(button);
    }
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      choose(choices.length - 1);
    });
    place.classList.add("asking");
    place.append(group);
    /** @type {HTMLElement} */ (group.lastElementChild).focus();
  });
}

/**
 * @param {HTMLElement} place
 * @param {string} what
 * @param {boolean} isStored Whether there is anything in S3.
 * @returns {Promise<boolean | null>} Whether the files stay; null for no removal at all.
 */
export async function askToRemove(place, what, isStored) {
  if (!isStored) {
    const choice = await ask(place, `Remove ${what}?`, [{ word: "Remove", harms: true }, { word: "Cancel" }]);
    return choice === 0 ? false : null;
  }
  const choices = [{ word: "Remove with its files", harms: true }, { word: "Remove, keep its files" }, { word: "Cancel" }];
  const choice = await ask(place, `Remove ${what}? Its files are in S3.`, choices);
  return choice === 2 ? null : choice === 1;
}
