import { element } from "../dom.js";

/** @typedef {import("./draft.js").Draft} Draft */

let rows = 0;

/**
 * Where a person says what a torrent shall be called, and where it is filed.
 *
 * @param {Draft} draft
 * @param {() => void} changed
 */
export function wishFields(draft, changed) {
  rows += 1;
  const name = element("input", { type: "text", id: `name-${rows}`, maxlength: "255", autocomplete: "off" });
  const label = element("input", { type: "text", id: `label-${rows}`, maxlength: "50", list: "labels", autocomplete: "off" });
  const details = element(
    "details",
    { class: "more" },
    element("summary", {}, "Name and label"),
    element(
      "div",
      { class: "wishes" },
      element("div", { class: "field" }, element("label", { for: name.id }, "Name to show"), name),
      element("div", { class: "field" }, element("label", { for: label.id }, "Label"), label),
    ),
  );
  details.addEventListener("input", () => {
    draft.wishes = { name: name.value, label: label.value };
    changed();
  });
  /** @type {string | undefined} */
  let marked;
  return {
    element: details,
    /** @param {string | undefined} field The one that is wrong, if any. */
    mark(field) {
      if (field === marked) return;
      marked = field;
      for (const [wish, input] of Object.entries({ name, label })) {
        input.toggleAttribute("aria-invalid", false);
        if (wish === field) input.setAttribute("aria-invalid", "true");
      }
      if (field === "name" || field === "label") details.open = true;
    },
  };
}
