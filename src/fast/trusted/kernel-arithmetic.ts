/** The trusted side's arithmetic in WebAssembly SIMD; exactly what `reference-arithmetic.ts` defines in BigInt. */

import { anArray, anInteger } from '../../boundary/validators.js';
import { aModulus } from '../../model/modulus.js';
import type { TrustedArithmetic, TrustedArrays } from '../../protocol/arithmetic.js';
import { foldTerms } from './kernels/bounds.js';
import type { KernelArray, KernelMemory } from './memory.js';
import { passes } from './passes/passes.js';
import { trustedMap } from './trusted-map.js';
import { trustedOperations } from './trusted-operations.js';

const KINDS: {
  readonly [K in keyof TrustedArrays]: {
    readonly BYTES_PER_ELEMENT: number;
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): TrustedArrays[K];
  };
} = { i16: Int16Array, i32: Int32Array, u32: Uint32Array };

/** The largest bound that an int32 can be compared with. */
const LARGEST_BOUND = 2 ** 31 - 1;

/** Products with an int16 are at most 2^31 * 2^15. */
const INPUT_TERMS = foldTerms(2 ** 15);

function allocateIn<K extends keyof TrustedArrays>(
  memory: KernelMemory,
  kind: K,
  length: number,
  content: 'zeros' | 'anything' = 'zeros',
): TrustedArrays[K] {
  const type = KINDS[kind];
  if (type === undefined) throw new TypeError(`kind must be i16, i32 or u32, not ${String(kind)}`);
  anInteger(length, 'length', 0, 2 ** 32);
  const pointer = memory.take(length * type.BYTES_PER_ELEMENT, content);
  return new type(memory.buffer, pointer, length);
}

function releaseIn(memory: KernelMemory, array: KernelArray, content: 'wipe' | 'keep' | 'zeros' = 'wipe'): void {
  if (!memory.owns(array)) array.fill(0);
  else if (content === 'keep') memory.keep(array.byteOffset);
  else memory.give(array.byteOffset, content);
}

/**
 * The arithmetic over one memory, which it owns from now on. Arrays from `allocate`, and parts of them, are used where they
 * are; any other array of the right type is copied in and out.
 */
export function kernelArithmetic(memory: KernelMemory): TrustedArithmetic {
  const { kernels, team } = memory;
  return {
    name: 'wasm',
    threads: team.threads,
    allocate: (kind, length, content) => allocateIn(memory, kind, length, content),
    release: (array, content) => releaseIn(memory, array, content),
    wipe: () => memory.wipe(),
    load: (map) => trustedMap(memory, map),

    blind(x, pad, modulus, out) {
      anArray(x, Int16Array, 'x');
      anArray(pad, Uint32Array, 'pad', x.length);
      anArray(out, Uint32Array, 'out', x.length);
      aModulus(modulus);
      memory.within((frame) => {
        kernels.blind(frame.input(x), frame.input(pad), x.length, modulus, frame.output(out));
      });
    },
    unblind(z, u, modulus, bound, out) {
      anArray(z, Uint32Array, 'z');
      anArray(u, Uint32Array, 'u', z.length);
      anArray(out, Int32Array, 'out', z.length);
      aModulus(modulus);
      anInteger(bound, 'bound', 0, LARGEST_BOUND);
      return memory.within((frame) => {
        return kernels.unblind(frame.input(z), frame.input(u), z.length, modulus, bound, frame.output(out)) === 1;
      });
    },
    isCanonical(z, modulus) {
      anArray(z, Uint32Array, 'z');
      aModulus(modulus);
      return memory.within((frame) => kernels.isCanonical(frame.input(z), z.length, modulus) === 1);
    },
    isWithin(y, bound) {
      anArray(y, Int32Array, 'y');
      anInteger(bound, 'bound', 0, LARGEST_BOUND);
      return memory.within((frame) => kernels.isWithin(frame.input(y), y.length, bound) === 1);
    },
    foldOutput(s, y, bound) {
      anArray(s, Uint32Array, 's');
      anArray(y, Int32Array, 'y', s.length);
      anInteger(bound, 'bound', 0, LARGEST_BOUND);
      return memory.within((frame) => kernels.foldOutput(frame.input(s), frame.input(y), s.length, foldTerms(bound)));
    },
    foldInput(folded, x) {
      anArray(folded, Uint32Array, 'folded');
      anArray(x, Int16Array, 'x', folded.length);
      return memory.within((frame) => kernels.foldInput(frame.input(folded), frame.input(x), x.length, INPUT_TERMS));
    },

    ...passes(memory),
    ...trustedOperations(memory),
    close: () => memory.close(),
  };
}
