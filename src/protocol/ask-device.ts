/** Waiting for a device, but not for ever: its failures and its silence both become a `DeviceError`. */
import { reasonOf } from '../boundary/printable.js';
import { DeviceError } from './errors.js';

/** How long a device is waited for. */
export interface Wait {
  /** In milliseconds, from 1. */
  readonly limitMs: number;
  /** Ends the wait at once, with its reason. */
  readonly signal: AbortSignal;
}

/**
 * What `work` resolves to. Whatever it does after the wait has ended is heard by nobody.
 * @throws DeviceError when it rejects or throws, or takes longer than `limitMs`; the signal's reason when that fires first
 */
export async function askDevice<T>(work: () => T | Promise<T>, { limitMs, signal }: Wait): Promise<T> {
  signal.throwIfAborted();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = (): void => {};
  const late = new DeviceError(`The device did not answer within ${limitMs} ms.`);
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), limitMs);
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  // A device may throw in the very call during which the signal fires: then nobody gets to wait for `over`.
  over.catch(() => {});
  try {
    return await Promise.race([work(), over]);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error === late ? late : new DeviceError(failure(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** A device that uses our error for its own words speaks for itself; its words are cleaned all the same. */
function failure(error: unknown): string {
  const reason = reasonOf(error);
  try {
    if (error instanceof DeviceError) return reason;
  } catch {
    // A proxy that throws when it is asked what it is.
  }
  return `The device failed: ${reason}`;
}

export class WaitingTime {
  #pastMs = 0;
  #since = 0;
  #waiting = 0;

  /** Milliseconds, those of waits that still go on included. */
  get ms(): number {
    return this.#pastMs + (this.#waiting > 0 ? performance.now() - this.#since : 0);
  }

  /** A wait begins. */
  begin(): void {
    if (this.#waiting++ === 0) this.#since = performance.now();
  }

  /** One of the waits is over. */
  end(): void {
    this.#pastMs = this.ms;
    this.#since = performance.now();
    this.#waiting--;
  }
}
