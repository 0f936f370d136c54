/**
 * Continuous tests of the random generator, after NIST SP 800-90B, section 4.4: a generator that stands still, repeats itself
 * or leaves memory as it was must not blind anything. They notice failures, not weakness: a bad generator can look random.
 */
import { sha256 } from '@noble/hashes/sha2';
import { RandomnessError } from './errors.js';
import type { Randomness } from './randomness.js';

/** -log2 of the probability with which good bytes fail at one place of a request: there are millions of places a second. */
export const PLACE_ALARM_BITS = 96;

/** -log2 of the probability with which a good request, or a good window, fails. */
export const REQUEST_ALARM_BITS = 64;

/** A request is at least so long, since of fewer bytes nothing can be said; what is not needed of it is thrown away. */
export const LEAST_BYTES = 16;

/** Equal 32-bit words in a row that are too many: 1 + ceil(96 / 32), at full entropy (section 4.4.1). */
export const REPETITION_CUTOFF = 1 + Math.ceil(PLACE_ALARM_BITS / 32);

/** Bytes in a window of the proportion test (section 4.4.2). */
export const WINDOW = 512;

/**
 * So many of a window's bytes may not be like its first one, that one included: 2 + the smallest c with
 * P(Binomial(511, 1/256) > c) at most 2^-64. `test/protocol/randomness-health.test.ts` computes it.
 */
export const PROPORTION_CUTOFF = 27;

/** How many requests are remembered, by a digest of their first bytes. */
const REMEMBERED = 64;

const trusted = new WeakSet<Randomness>();

/** Only for tests, which script bytes: the same source, which sessions then take as it is. */
export function withoutHealthTests(source: Randomness): Randomness {
  trusted.add(source);
  return source;
}

/**
 * The same bytes, tested as they come: whether every stretch of a request was written, whether words or bytes come too often,
 * and whether a request begins as one of the last 64 did. What is remembered tells nothing about the bytes.
 * @param source fills synchronously; whatever it does, what comes out passed the tests
 * @returns a source whose `fill` throws RandomnessError, with the bytes wiped, and never works again after a failure
 */
export function healthyRandomness(source: Randomness): Randomness {
  if (trusted.has(source)) return source;
  const healthy = new HealthyRandomness(source);
  trusted.add(healthy);
  return healthy;
}

class HealthyRandomness implements Randomness {
  readonly #source: Randomness;
  readonly #digests: string[] = [];
  #failed = false;
  /** Of the current window of the proportion test. */
  #symbol = 0;
  #seen = 0;
  #count = 0;

  constructor(source: Randomness) {
    this.#source = source;
  }

  fill(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#failed) throw new RandomnessError('it failed before');
    const usable = bytes.length >= LEAST_BYTES && bytes.byteOffset % 4 === 0;
    const room = usable ? bytes : new Uint8Array(Math.max(bytes.length, LEAST_BYTES));
    try {
      this.#draw(room);
      if (room !== bytes) bytes.set(room.subarray(0, bytes.length));
    } catch (error) {
      this.#failed = true;
      bytes.fill(0);
      throw error;
    } finally {
      if (room !== bytes) room.fill(0);
    }
  }

  #draw(room: Uint8Array): void {
    // What is not written stays zero, and shows as a repetition.
    room.fill(0);
    let result: unknown;
    try {
      result = this.#source.fill(room);
    } catch (cause) {
      throw new RandomnessError('it threw an error', { cause });
    }
    if (result !== undefined) throw new RandomnessError('it must fill at once and return nothing');
    if (repeats(room)) throw new RandomnessError('it left memory as it was, or repeats itself');
    this.#requireNew(room);
    this.#requireProportion(room);
  }

  /** Of good bytes a pair of requests begins alike with probability 2^-64. */
  #requireNew(room: Uint8Array): void {
    const digest = String(new DataView(sha256(room.subarray(0, 32)).buffer).getBigUint64(0));
    if (this.#digests.includes(digest)) throw new RandomnessError('it gave the same bytes twice');
    this.#digests.push(digest);
    if (this.#digests.length > REMEMBERED) this.#digests.shift();
  }

  /** Windows of 512 bytes; of a long request its first ones. */
  #requireProportion(room: Uint8Array): void {
    const end = Math.min(room.length, WINDOW);
    for (let index = 0; index < end; index++) {
      if (this.#seen === 0) {
        this.#symbol = room[index]!;
        this.#count = 0;
      }
      if (room[index] === this.#symbol) this.#count++;
      if (this.#count >= PROPORTION_CUTOFF) throw new RandomnessError('one byte comes far too often');
      this.#seen = (this.#seen + 1) % WINDOW;
    }
  }
}

/** True if so many 32-bit words in a row are equal as may not be, or the last eight bytes, which may be no whole words, are zero. */
function repeats(room: Uint8Array): boolean {
  const words = new Uint32Array(room.buffer, room.byteOffset, room.length >> 2);
  let equal = 1;
  for (let index = 1; index < words.length; index++) {
    equal = words[index] === words[index - 1] ? equal + 1 : 1;
    if (equal === REPETITION_CUTOFF) return true;
  }
  return room.subarray(-8).every((byte) => byte === 0);
}
