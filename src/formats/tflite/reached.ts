/** Operations that are clamped to what they can reach: the same results, and later layers know how narrow their inputs are. */
import type { InputRange } from '../../model/shapes.js';
import type { TensorId } from '../../model/tensor.js';
import type { Clamped, TrustedOperation } from '../../model/trusted-operations.js';
import { rulesOf } from '../../operations/operations.js';
import type { Activation } from './step.js';

/** What an operation on `inputs` reaches, and the operation with that for its clamp. */
export function reachedBy<O extends TrustedOperation & Clamped>(
  inputs: readonly Activation[],
  make: (output: TensorId) => O,
): { readonly reached: InputRange; readonly operation: (output: TensorId) => O } {
  const any = make(0);
  const tensors = inputs.map(({ tensor }) => tensor);
  const reached = rulesOf(any).reach(any, tensors);
  return { reached, operation: (output) => ({ ...make(output), ...reached }) };
}
