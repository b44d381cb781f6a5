import { byId } from "./dom.js";
import { hasSignedIn, session, signIn, signOut } from "./session.js";

const form = byId("sign-in", HTMLFormElement);
const field = byId("token", HTMLInputElement);
const answer = byId("answer", HTMLParagraphElement);
const inside = byId("signed-in", HTMLElement);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  answer.textContent = "Signing in …";
  answer.classList.remove("bad");
  try {
    const fault = await signIn(field.value.trim());
    if (fault === "") return leave();
    tell(fault);
  } catch {
    tell("No answer came. Try again.");
  }
  field.select();
});

byId("sign-out", HTMLButtonElement).addEventListener("click", async () => {
  await signOut();
  location.replace("/sign-in.html");
});

// A browser sends no session along with a link from another site; asked from here it does.
show(hasSignedIn() ? await session().catch(() => null) : null);

/** @param {import("./session.js").Session | null} who */
function show(who) {
  if (who && destination() !== null) return leave();
  form.hidden = who !== null;
  inside.hidden = who === null;
  if (who === null) return field.focus();
  byId("who", HTMLElement).textContent = who.token.name;
  byId("until", HTMLElement).textContent = who.expires_at ? new Date(who.expires_at).toLocaleDateString() : "it is revoked";
}

/** @param {string} words */
function tell(words) {
  answer.textContent = words;
  answer.classList.add("bad");
}

/** What stands behind the # came along, and goes on. */
function leave() {
  location.replace((destination() ?? "/") + location.hash);
}

/** @returns {string | null} The page of this site that somebody wanted; no other site is one. */
function destination() {
  const wanted = new URLSearchParams(location.search).get("to");
  if (wanted === null || !wanted.startsWith("/")) return null;
  const url = new URL(wanted, location.origin);
  return url.origin === location.origin && url.pathname !== location.pathname ? url.href : null;
}
