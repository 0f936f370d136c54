/** A prepared map behind the trusted side's interface: lengths are checked, arrays of other memories are copied. */

import { anArray } from '../../boundary/validators.js';
import { inputLength, type LinearMap, outputLength } from '../../model/linear-map.js';
import { aModulus } from '../../model/modulus.js';
import type { TrustedMap } from '../../protocol/arithmetic.js';
import { prepare } from './linear/prepare.js';
import type { KernelMemory } from './memory.js';

/** How many inputs of `inputs` entries lie in x. */
function inputCountOf(x: { readonly length: number }, inputs: number): number {
  const count = x.length / inputs;
  if (!Number.isInteger(count) || count === 0) {
    throw new RangeError(`x must have ${inputs} entries, or a multiple of that, not ${x.length}`);
  }
  return count;
}

/**
 * Makes a map ready.
 * @throws TypeError or RangeError when the map is not well formed; Error when the memory is full.
 */
export function trustedMap(memory: KernelMemory, map: LinearMap): TrustedMap {
  const { map: prepared, integersFit } = prepare(memory, map);
  const inputs = inputLength(map);
  const outputs = outputLength(map);
  let released = false;
  const ready = (): void => {
    if (released) throw new Error('this map was released');
  };
  return {
    applyModulo(x, modulus, out) {
      ready();
      const count = inputCountOf(anArray(x, Uint32Array, 'x'), inputs);
      anArray(out, Uint32Array, 'out', outputs * count);
      aModulus(modulus);
      memory.within((frame) => prepared.applyModulo(frame.input(x), count, modulus, frame.output(out)));
    },
    applyIntegers(x, out) {
      ready();
      const count = inputCountOf(anArray(x, Int16Array, 'x'), inputs);
      anArray(out, Int32Array, 'out', outputs * count);
      if (!integersFit)
        throw new RangeError('this map cannot be applied over the integers: its outputs may not fit int32');
      memory.within((frame) => prepared.applyIntegers(frame.input(x), count, frame.output(out)));
    },
    transpose(s, out) {
      ready();
      anArray(s, Uint32Array, 's', outputs);
      anArray(out, Uint32Array, 'out', inputs);
      memory.within((frame) => prepared.transpose(frame.input(s), frame.output(out)));
    },
    forgetTranspose() {
      if (!released) prepared.forgetTranspose();
    },
    release() {
      if (released) return;
      released = true;
      prepared.release();
    },
  };
}
