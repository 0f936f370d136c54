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

/** How many requests are remembered, by 128 bits of a digest of their first bytes: a good one is like one of them with 2^-118. */
const REMEMBERED = 1024;

/** Longer requests are tested at marks only, but for the first and every 64th: every word would cost more than drawing it. */
const WHOLE_BYTES = 4096;
const WHOLE_EVERY = 64;

/** Words from one mark to the next. */
const STRIDE = 64;

/** So many marks still zero are too many: of at most 256 marks in good bytes with probability below 2^-100. */
const UNWRITTEN_CUTOFF = 4;

/** Words that are searched for the beginning of their request, beyond the first; the whole request where all is tested. */
const SEARCHED_WORDS = 2048 + 16;

/** Bytes that a request tested at marks adds to the window of the proportion test. */
const SAMPLED_BYTES = 64;

/** Longer requests are made in parts. */
const LONGEST_BYTES = 65536;

const trusted = new WeakSet<Randomness>();

/** Only for tests, which script bytes: the same source, which sessions then take as it is. */
export function withoutHealthTests(source: Randomness): Randomness {
  trusted.add(source);
  return source;
}

/**
 * The same bytes, tested as they come: whether a request was written, whether words or bytes come too often, whether it begins
 * as one of the last 1,024 did, and whether its beginning comes again in it. Requests up to 4,096 bytes, the first longer one
 * and every 64th are tested word by word; other longer ones at marks 256 bytes apart, at their end, and in their first 8 KiB.
 * A digest is remembered of the first 32 bytes: who reads it can confirm a guess of all of them, and no more.
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
  readonly #digests = new Set<string>();
  /** The same, each in the place of the one that it made forgotten. */
  readonly #order: string[] = [];
  #next = 0;
  #failed = false;
  #long = 0;
  /** Of the current window of the proportion test. */
  #symbol = 0;
  #seen = 0;
  #count = 0;

  constructor(source: Randomness) {
    this.#source = source;
  }

  fill(bytes: Uint8Array): void {
    if (this.#failed) throw new RandomnessError('it failed before');
    try {
      if (bytes.length <= LONGEST_BYTES) {
        if (bytes.length > 0) this.#fillPart(bytes);
        return;
      }
      for (let start = 0; start < bytes.length; start += LONGEST_BYTES) {
        this.#fillPart(bytes.subarray(start, start + LONGEST_BYTES));
      }
    } catch (error) {
      this.#failed = true;
      bytes.fill(0);
      throw error;
    }
  }

  #fillPart(bytes: Uint8Array): void {
    if (bytes.length >= LEAST_BYTES && bytes.byteOffset % 4 === 0) {
      this.#draw(bytes);
      return;
    }
    const room = new Uint8Array(Math.max(bytes.length, LEAST_BYTES));
    try {
      this.#draw(room);
      bytes.set(room.subarray(0, bytes.length));
    } finally {
      room.fill(0);
    }
  }

  #draw(room: Uint8Array): void {
    const whole = room.length <= WHOLE_BYTES || this.#long++ % WHOLE_EVERY === 0;
    const words = new Uint32Array(room.buffer, room.byteOffset, room.length >> 2);
    // What is not written stays zero, at the marks if not everywhere, and shows.
    if (whole) room.fill(0);
    else clearMarks(words);
    room.fill(0, -8);
    let result: unknown;
    try {
      result = this.#source.fill(room);
    } catch (cause) {
      throw new RandomnessError('it threw an error', { cause });
    }
    if (result !== undefined) {
      // A promise that rejects with nobody listening would end the process.
      Promise.resolve(result).catch(() => {});
      throw new RandomnessError('it must fill at once and return nothing');
    }
    if (repeats(words, whole ? 1 : STRIDE) || endsInZeros(room)) {
      throw new RandomnessError('it left memory as it was, or repeats itself');
    }
    if (beginsAgain(whole ? words : words.subarray(0, SEARCHED_WORDS))) {
      throw new RandomnessError('it gave the same bytes twice in one request');
    }
    this.#requireNew(room);
    this.#requireProportion(room, Math.min(room.length, whole ? WINDOW : SAMPLED_BYTES));
  }

  #requireNew(room: Uint8Array): void {
    const [a, b, c, d] = new Uint32Array(sha256(room.subarray(0, 32)).buffer, 0, 4);
    const digest = `${a} ${b} ${c} ${d}`;
    if (this.#digests.has(digest)) throw new RandomnessError('it gave the same bytes twice');
    this.#digests.delete(this.#order[this.#next] ?? '');
    this.#digests.add(digest);
    this.#order[this.#next] = digest;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** Windows of 512 bytes, of whole requests and of what is taken of the others. */
  #requireProportion(bytes: Uint8Array, end: number): void {
    for (let index = 0; index < end; index++) {
      if (this.#seen === 0) {
        this.#symbol = bytes[index]!;
        this.#count = 0;
      }
      if (bytes[index] === this.#symbol) this.#count++;
      if (this.#count >= PROPORTION_CUTOFF) throw new RandomnessError('one byte comes far too often');
      this.#seen = (this.#seen + 1) % WINDOW;
    }
  }
}

function clearMarks(words: Uint32Array): void {
  for (let mark = 0; mark < words.length; mark += STRIDE) words[mark] = 0;
}

/** True if at a place, of which there is one every `stride` words, a run of equal words is too long, or too many places are zero. */
function repeats(words: Uint32Array, stride: number): boolean {
  let unwritten = 0;
  // The last word is in the run of the one before it.
  const end = words.length - 1;
  for (let place = 0; place < end; place += stride) {
    const word = words[place]!;
    if (word === 0 && stride > 1 && ++unwritten === UNWRITTEN_CUTOFF) return true;
    if (word === words[place + 1] && runLength(words, place) >= REPETITION_CUTOFF) return true;
  }
  return false;
}

/** True if the last eight bytes, which may be no whole words, are zero. */
function endsInZeros(room: Uint8Array): boolean {
  let any = 0;
  for (let index = room.length - 8; index < room.length; index++) any |= room[index]!;
  return any === 0;
}

/** How many equal words in a row there are around a place, itself included. */
function runLength(words: Uint32Array, place: number): number {
  const word = words[place];
  let start = place;
  while (start > 0 && words[start - 1] === word) start--;
  let end = place + 1;
  while (end < words.length && words[end] === word) end++;
  return end - start;
}

/**
 * True if the first three words come again: a shorter stretch was laid out again and again. A stretch of a length that is no
 * multiple of 4 shows after four times its length.
 */
function beginsAgain(words: Uint32Array): boolean {
  const [first, second, third] = words;
  for (let at = words.indexOf(first!, 1); at !== -1; at = words.indexOf(first!, at + 1)) {
    if (words[at + 1] === second && words[at + 2] === third) return true;
  }
  return false;
}
