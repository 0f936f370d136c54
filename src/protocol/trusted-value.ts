/** What trusted operations take: what the check released, or what the trusted side made itself. */
import type { Unchecked, Verified } from './check.js';

/**
 * A value that never was a device's: an input, or what the trusted side computed from trusted values. A device's answer becomes a
 * trusted value by the check alone, so nothing but trusted arithmetic may make one of these.
 */
export class Own<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value. @throws TypeError on anything that only looks like an Own. */
  get value(): T {
    return this.#value;
  }
}

/** A value that trusted operations may be done with. */
export type TrustedValue<T> = Verified<T> | Unchecked<T> | Own<T>;
