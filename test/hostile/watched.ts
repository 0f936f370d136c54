/** Trusted arithmetic that remembers every array of residues it gave out: pads, challenges, folds and sums. */
import { referenceArithmetic, type TrustedArithmetic } from '../../src/protocol/index.js';

export interface Watched {
  readonly arithmetic: TrustedArithmetic;
  /** How many of the arrays have something in them. */
  left(): number;
}

export function watched(): Watched {
  const inner = referenceArithmetic();
  const arrays: Uint32Array[] = [];
  const arithmetic: TrustedArithmetic = {
    ...inner,
    allocate(kind, length) {
      const array = inner.allocate(kind, length);
      if (array instanceof Uint32Array) arrays.push(array);
      return array;
    },
  };
  return { arithmetic, left: () => arrays.filter((array) => array.some((value) => value !== 0)).length };
}
