/** The one source of randomness: the operating system's generator. There is no default seed and no other source. */

/**
 * Fills byte arrays with uniform bytes. Tests inject their own; nothing else should. Sessions test whatever they are given as
 * it comes, see `healthyRandomness`.
 */
export interface Randomness {
  /** Overwrites every byte with a uniform one, before it returns. */
  fill(bytes: Uint8Array): void;
}

/** The most bytes one call of the Web Crypto generator gives. */
const LARGEST_CALL_BYTES = 65536;

/**
 * The platform's cryptographically secure generator, through Web Crypto: in Node that of OpenSSL, which the operating system
 * seeds; in browsers the browser's own.
 */
export const systemRandomness: Randomness = {
  fill(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += LARGEST_CALL_BYTES) {
      globalThis.crypto.getRandomValues(bytes.subarray(start, start + LARGEST_CALL_BYTES));
    }
  },
};
