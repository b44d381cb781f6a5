import { showTimeLeft } from "./expiry.js";
import { startGallery } from "./gallery.js";
import { offerPlayer } from "./player.js";
import { offerPreviews } from "./preview.js";
import { offerShare } from "./share.js";
import { offerZip } from "./zip-link.js";
import { keepSession } from "../session.js";

/** The links of the tree, in its order. @type {HTMLAnchorElement[]} */
const links = [...document.querySelectorAll("#files a")].filter((link) => link instanceof HTMLAnchorElement);

showTimeLeft(document);
offerPlayer(links);
startGallery();
offerPreviews(links);
offerZip();
offerShare(links);
keepSession();
