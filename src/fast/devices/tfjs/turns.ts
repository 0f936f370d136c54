/**
 * One thing at a time on one TensorFlow.js namespace. Which backend it uses is global state, and while a backend starts no
 * other can be used, so every opening and every call over the same namespace waits for its turn.
 */
const last = new WeakMap<object, Promise<unknown>>();

/** Calls `work` once everything that asked earlier for a turn on this namespace is done. */
export function inTurn<T>(tf: object, work: () => Promise<T>): Promise<T> {
  const before = last.get(tf) ?? Promise.resolve();
  const result = before.then(work, work);
  last.set(
    tf,
    result.catch(() => {}),
  );
  return result;
}

const LONGEST_MS = 30;

/** Lets timers and input through when the thread has been busy for a while: some backends compute on the spot. */
export class Breath {
  #since = performance.now();

  async take(): Promise<void> {
    if (performance.now() - this.#since < LONGEST_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#since = performance.now();
  }
}
