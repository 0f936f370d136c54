/** Two float tensors of one shape, combined entry by entry. */
import type { FloatPair } from './float-network.js';

/** Two tensors of one shape, entry by entry. */
export function combine(a: Float32Array, b: Float32Array, kind: FloatPair['kind']): Float32Array {
  switch (kind) {
    case 'multiply':
      return a.map((value, index) => value * b[index]!);
    case 'subtract':
      return a.map((value, index) => value - b[index]!);
    case 'larger':
      return a.map((value, index) => Math.max(value, b[index]!));
    case 'smaller':
      return a.map((value, index) => Math.min(value, b[index]!));
  }
}
