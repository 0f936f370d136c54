/** The trusted side's operations on arrays in trusted memory. */
import { type ActivationTensor, elementCount, type Tensor } from '../model/tensor.js';
import type { TrustedOperation } from '../model/trusted-operations.js';
import { Own, type TrustedArithmetic, type TrustedValue } from '../protocol/index.js';
import { rulesOf } from './operations.js';

/** Computes one trusted operation, for `images` images back to back, into new trusted memory; on trusted values only, which the compiler holds. */
export function runTrusted(
  operation: TrustedOperation,
  inputs: readonly TrustedValue<Int16Array>[],
  tensors: readonly Tensor[],
  output: Tensor,
  images: number,
  arithmetic: TrustedArithmetic,
): Own<Int16Array> {
  const out = arithmetic.allocate('i16', elementCount(output) * images, 'anything');
  // The graph was validated: whatever is read is an activation tensor.
  const activations = tensors as readonly ActivationTensor[];
  rulesOf(operation).run(operation, {
    inputs: inputs.map(({ value }) => value),
    tensors: activations,
    out,
    images,
    arithmetic,
  });
  return new Own(out);
}
