/**
 * Makes an element on the page say what a fresh one says. What can stay stays, so that nothing flickers and
 * whoever stands on a link with the keyboard is not thrown off.
 *
 * @param {Element} old
 * @param {Element} fresh Used up.
 * @returns {Element} The one that is on the page now.
 */
export function patch(old, fresh) {
  if (old.isEqualNode(fresh)) return old;
  if (old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
    return fresh;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  patchChildren(old, [...fresh.childNodes]);
  return old;
}

/**
 * @param {Element} parent
 * @param {(Node | string)[]} fresh
 */
export function patchChildren(parent, fresh) {
  const old = [...parent.childNodes];
  for (const [at, node] of fresh.entries()) {
    const there = old[at];
    const text = typeof node === "string" ? node : node instanceof Text ? node.data : null;
    if (there === undefined) parent.append(node);
    else if (there instanceof Element && node instanceof Element) patch(there, node);
    else if (!(there instanceof Text) || text === null) there.replaceWith(node);
    else if (there.data !== text) there.data = text;
  }
  for (const extra of old.slice(fresh.length)) extra.remove();
}
