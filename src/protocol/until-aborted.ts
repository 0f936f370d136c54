/** Waiting for what is not a device, but may be as slow: a store of pads, a source of inputs. */

/**
 * What `promise` gives, or, as soon as one of the signals fires, its reason. What the promise does afterwards is heard by nobody.
 * @throws what the promise rejects with, or the signal's reason
 */
export async function untilAborted<T>(
  promise: Promise<T>,
  ...signals: readonly (AbortSignal | undefined)[]
): Promise<T> {
  const given = signals.filter((signal) => signal !== undefined);
  let stop = (_: AbortSignal): void => {};
  const over = new Promise<never>((_, reject) => {
    stop = (signal) => reject(signal.reason);
  });
  const listeners = given.map((signal) => () => stop(signal));
  given.forEach((signal, index) => {
    if (signal.aborted) stop(signal);
    else signal.addEventListener('abort', listeners[index]!, { once: true });
  });
  try {
    return await Promise.race([over, promise]);
  } finally {
    given.forEach((signal, index) => {
      signal.removeEventListener('abort', listeners[index]!);
    });
  }
}
