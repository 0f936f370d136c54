/** The one source of randomness: the operating system's generator. There is no default seed and no other source. */

/** Fills byte arrays with uniform bytes. Tests inject their own; nothing else should. */
export interface Randomness {
  /** Overwrites every byte with a uniform one. */
  fill(bytes: Uint8Array): void;
}

/** The most bytes one call of the Web Crypto generator gives. */
const LARGEST_CALL_BYTES = 65536;

/** The operating system's cryptographically secure generator, through Web Crypto (Node and browsers alike). */
export const systemRandomness: Randomness = {
  fill(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += LARGEST_CALL_BYTES) {
      globalThis.crypto.getRandomValues(bytes.subarray(start, start + LARGEST_CALL_BYTES));
    }
  },
};
