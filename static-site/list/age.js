import { element, setText } from "../dom.js";
import { serverNow, since } from "./clock.js";

/** @typedef {import("../types.js").Status} Status */

/** Says how old what is shown is, and when it is too old to be believed. */
export class Age {
  #line;
  #say;
  /** @type {Status | null} */
  #status = null;
  #trouble = false;
  #wasWrong = false;
  #isSignedOut = false;

  /**
   * @param {HTMLElement} line
   * @param {(words: string) => void} say For what must be heard.
   */
  constructor(line, say) {
    this.#line = line;
    this.#say = say;
    setInterval(() => this.show(), 1000);
  }

  /** @param {Status | null} status */
  made(status) {
    this.#isSignedOut = false;
    this.#status = status;
    this.#trouble = false;
    this.show();
  }

  read() {
    this.#isSignedOut = false;
    this.#trouble = false;
    this.show();
  }

  failed() {
    this.#trouble = true;
    this.show();
  }

  /** Nothing more can be read until somebody signs in. */
  signedOut() {
    if (this.#isSignedOut) return;
    this.#isSignedOut = true;
    const href = `/sign-in.html?to=${encodeURIComponent(location.pathname)}`;
    this.#line.className = "note stale";
    this.#line.replaceChildren("You are not signed in any more, so the list is not kept up to date. ", element("a", { href }, "Sign in"));
    this.#say("You are not signed in any more.");
  }

  show() {
    if (this.#isSignedOut) return;
    const { words, isWrong } = this.#words();
    setText(this.#line, words);
    this.#line.className = isWrong ? "note stale" : "hint";
    if (isWrong && !this.#wasWrong) this.#say("The list is out of date.");
    this.#wasWrong = isWrong;
  }

  #words() {
    if (!this.#status) return { words: this.#trouble ? "The list could not be read. Trying again every 5 seconds." : "", isWrong: this.#trouble };
    const { generated_at, fresh_until } = this.#status;
    const age = since(generated_at);
    if (this.#trouble) {
      return { words: `The list could not be read just now: this one was made ${age} ago. Trying again every 5 seconds.`, isWrong: true };
    }
    if (fresh_until === undefined) return { words: `Nothing is active, and nothing has changed for ${age}.`, isWrong: false };
    if (serverNow() <= Date.parse(fresh_until)) return { words: `Made ${age} ago.`, isWrong: false };
    return { words: `Out of date: made ${age} ago, and never since. What goes on now is not known.`, isWrong: true };
  }
}
