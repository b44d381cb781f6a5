import { showTimeLeft } from "./expiry.js";
import { startGallery } from "./gallery.js";
import { offerPlayer } from "./player.js";
import { offerPreviews } from "./preview.js";
import { offerZip } from "./zip-link.js";

/** The links of the tree, in its order. @type {HTMLAnchorElement[]} */
const links = [...document.querySelectorAll("#files a")].filter((link) => link instanceof HTMLAnchorElement);

showTimeLeft(document);
offerPlayer(links);
startGallery();
offerPreviews(links);
offerZip();
