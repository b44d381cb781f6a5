import { byId, element } from "../dom.js";

/**
 * Runs on other pages: sends the links of what is selected there, or all magnet links, to this one. In one
 * expression, as an address has no line breaks.
 */
const BOOKMARKLET = `(()=>{
const s=getSelection(),c=s.isCollapsed,
l=[...document.links].filter(a=>c?/^magnet:/i.test(a.href):s.containsNode(a,true)).map(a=>a.href),
t=[...new Set(l),c?"":String(s)].join("\\n").trim();
t?open("ORIGIN/#add="+encodeURIComponent(t)):alert("There is no magnet link on this page.")
})()`;

/** Offers what brings links from elsewhere here, as far as the browser can. */
export function offerWaysIn() {
  const said = byId("ways-answer", HTMLParagraphElement);
  const code = `javascript:${encodeURIComponent(BOOKMARKLET.replaceAll("\n", "").replace("ORIGIN", location.origin))}`;
  const bookmarklet = element("a", { href: code, class: "bookmarklet" }, "Send to torrent2s3");
  bookmarklet.addEventListener("click", (event) => {
    event.preventDefault();
    said.textContent = "Drag it to your bookmarks bar; then click it on a page with magnet links.";
  });
  const copy = element("button", { type: "button", class: "quiet" }, "Copy its address");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code);
      said.textContent = "Copied. Make a bookmark with it as its address.";
    } catch {
      said.textContent = "The browser does not let this page copy. Drag the link instead.";
    }
  });
  byId("bookmarklet", HTMLParagraphElement).append(bookmarklet, " ", copy);
  const handler = byId("handler", HTMLButtonElement);
  handler.hidden = !("registerProtocolHandler" in navigator);
  handler.addEventListener("click", () => {
    navigator.registerProtocolHandler("magnet", `${location.origin}/?add=%s`);
    said.textContent = "The browser asks whether this page may open magnet links.";
  });
  byId("ways", HTMLDetailsElement).hidden = false;
}
