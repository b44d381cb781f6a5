// Who is signed in here. The session itself is a cookie that no script can read.

/** Set while somebody is signed in: when the session was last asked for. */
const ASKED = "session-asked";

const DAY_MS = 86_400_000;

/** @typedef {{ token: { id: string, name: string, owner: boolean }, expires_at?: string }} Session */

/** @returns {boolean} Whether somebody has signed in here and not out again: a visitor with a share link has not. */
export function hasSignedIn() {
  return localStorage.getItem(ASKED) !== null;
}

/**
 * Asks who is there, which renews the session.
 *
 * @returns {Promise<Session | null>} Null for nobody.
 * @throws {Error} When there is no answer.
 */
export async function session() {
  const answer = await fetch("/api/session", { cache: "no-store" });
  if (answer.status === 401 || answer.status === 403) {
    localStorage.removeItem(ASKED);
    return null;
  }
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  localStorage.setItem(ASKED, String(Date.now()));
  return answer.json();
}

/** Keeps the session of somebody who comes back: asks once a day. */
export function keepSession() {
  const asked = Number(localStorage.getItem(ASKED));
  // Tomorrow is early enough when it fails.
  if (hasSignedIn() && Date.now() - asked > DAY_MS) session().catch(() => {});
}

/**
 * @param {string} token
 * @returns {Promise<string>} Why not; empty when somebody is signed in now.
 */
export async function signIn(token) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/api/session", { method: "POST", headers, body: JSON.stringify({ token }) });
  if (answer.ok) {
    localStorage.setItem(ASKED, String(Date.now()));
    return "";
  }
  if (answer.status === 401) return "That is not the token.";
  if (answer.status !== 429) return `The server answered ${answer.status}. Try again.`;
  const minutes = Math.ceil(Number(answer.headers.get("retry-after") ?? 600) / 60);
  return `There were too many tries. Come back in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
}

/** Ends the session in this browser. */
export async function signOut() {
  await fetch("/api/session", { method: "DELETE" });
  localStorage.removeItem(ASKED);
}
