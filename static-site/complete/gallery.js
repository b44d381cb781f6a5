import { element } from "../dom.js";
import { viewer } from "./viewer.js";

/** Makes every picture a button that shows it large. */
export function startGallery() {
  const pictures = [...document.querySelectorAll(".gallery img")].filter((image) => image instanceof HTMLImageElement);
  for (const [index, picture] of pictures.entries()) {
    const button = element("button", { type: "button" });
    picture.replaceWith(button);
    button.append(picture);
    button.addEventListener("click", () => show(index));
  }

  /** @param {number} index */
  function show(index) {
    const { src, alt } = pictures[index];
    const steps = {
      previous: index > 0 ? () => show(index - 1) : undefined,
      next: index + 1 < pictures.length ? () => show(index + 1) : undefined,
    };
    viewer(alt, element("img", { src, alt }), pictures.length > 1 ? steps : undefined);
  }
}
