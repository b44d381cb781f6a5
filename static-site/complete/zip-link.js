/** A worker without events is ended after 30 seconds, in Chromium as in Firefox. */
const PING_MS = 10_000;

/** Shows the link to the zip where the browser can make one. */
export async function offerZip() {
  const offer = document.getElementById("zip");
  const link = offer?.querySelector("a");
  if (!offer || !link || !("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/complete/zip-worker.js", { scope: "/complete/", type: "module" });
  const { active } = await navigator.serviceWorker.ready;
  offer.hidden = false;
  link.addEventListener("click", () => setInterval(() => active?.postMessage("a zip is on its way"), PING_MS), { once: true });
}
