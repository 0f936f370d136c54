/** A trusted arithmetic that remembers what it computed, and looks for it in its own memory afterwards. */
import * as assert from 'uvu/assert';
import type { TrustedArithmetic, TrustedMap } from '../../src/protocol/index.js';

/** The most and the fewest bytes of an array that are looked for; fewer could be found by chance. */
const [MOST_BYTES, FEWEST_BYTES] = [32, 8];
/** What has fewer different bytes than this may be anything. */
const FEWEST_DIFFERENT = 4;

export interface Witness {
  readonly arithmetic: TrustedArithmetic;
  /** What of all that was ever computed can still be read in the arithmetic's memory; who computed it. */
  remains(): string[];
  /** How many arrays are looked for. */
  readonly seen: () => number;
}

type Entries = Int16Array | Int32Array | Uint32Array;

/** @param inner one whose arrays lie in one memory, that of its kernels */
export function witness(inner: TrustedArithmetic): Witness {
  const seen = new Map<string, string>();
  const see = (who: string, array: Entries): void => {
    const bytes = Buffer.from(array.buffer, array.byteOffset, Math.min(array.byteLength, MOST_BYTES));
    if (bytes.length < FEWEST_BYTES || new Set(bytes).size < FEWEST_DIFFERENT) return;
    seen.set(bytes.toString('latin1'), who);
  };
  const watchedMap = (map: TrustedMap): TrustedMap => ({
    ...map,
    applyModulo(x, modulus, out) {
      map.applyModulo(x, modulus, out);
      see('u', out);
    },
    applyIntegers(x, out) {
      map.applyIntegers(x, out);
      see('y', out);
    },
    transpose(s, out) {
      map.transpose(s, out);
      see('folded', out);
    },
    forgetTranspose: () => map.forgetTranspose(),
    release: () => map.release(),
  });
  const arithmetic: TrustedArithmetic = {
    ...inner,
    load: (map) => watchedMap(inner.load(map)),
    release(array, content = 'wipe') {
      if (content === 'zeros') assert.ok(Buffer.from(array.buffer, array.byteOffset, array.byteLength).every(isZero));
      inner.release(array, content);
    },
    acceptCandidates(bytes, modulus, out) {
      const count = inner.acceptCandidates(bytes, modulus, out);
      see('s or rho', out.subarray(0, count));
      return count;
    },
    packFolded(folded, out) {
      inner.packFolded(folded, out);
      see('packed', out);
    },
    outgoing(x, how, message, sums) {
      see('x', x);
      const good = inner.outgoing(x, how, message, sums);
      see('sums', sums);
      return good;
    },
    incoming(answer, how, folds, out) {
      const good = inner.incoming(answer, how, folds, out);
      see('folds', folds);
      see('result', out);
      return good;
    },
    finish(y, images, finish, out) {
      inner.finish(y, images, finish, out);
      see('finished', out);
    },
  };
  return {
    arithmetic,
    seen: () => seen.size,
    remains() {
      const probe = inner.allocate('u32', 1);
      const memory = Buffer.from(new Uint8Array(probe.buffer)).toString('latin1');
      inner.release(probe);
      return [...seen].flatMap(([bytes, who]) => (memory.includes(bytes) ? [who] : []));
    },
  };
}

const isZero = (value: number): boolean => value === 0;
