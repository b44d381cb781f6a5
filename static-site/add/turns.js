/**
 * Lets a few tasks run at a time; the others wait for their turn in the order in which they came.
 *
 * @param {number} most
 * @returns {<T>(task: () => Promise<T>) => Promise<T>}
 */
export function turns(most) {
  let running = 0;
  /** @type {(() => void)[]} */
  const waiting = [];
  return async (task) => {
    if (running >= most) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    else running += 1;
    try {
      return await task();
    } finally {
      // The place is handed on as it is, or is free.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
