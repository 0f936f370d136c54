/** What there is to know of one kind of trusted operation, in one record: `operations.ts` has one for each kind. */
import type { Fields } from '../boundary/codecs.js';
import type { InputRange } from '../model/shapes.js';
import type { ActivationTensor, Tensor, TensorId } from '../model/tensor.js';
import type { TrustedOperation } from '../model/trusted-operations.js';
import type { FollowUp, TrustedArithmetic } from '../protocol/index.js';

/** What an operation is run on: `images` images back to back in every array. */
export interface Job {
  /** What it reads, in the order of `inputs`. */
  readonly inputs: readonly Int16Array[];
  /** The tensors that the inputs are values of. */
  readonly tensors: readonly ActivationTensor[];
  /** Where the result goes; what is in it before means nothing. */
  readonly out: Int16Array;
  /** How many images lie back to back. */
  readonly images: number;
  /** Has the kernels. */
  readonly arithmetic: TrustedArithmetic;
}

/** How an operation is fused behind a linear layer: done to the layer's output in the pass that makes it. */
export interface EpilogueRules<O> {
  /** Whether it can be done in that pass at all. */
  fits(operation: O): boolean;
  /** Whether nothing can follow it in the same pass. */
  readonly ends: boolean;
  /**
   * What the pass is told.
   * @param input the layer's output, a value of the first tensor that the operation reads or, with two, of either
   * @param other the value of the other tensor, if there are two
   */
  followUp(operation: O, input: { readonly id: TensorId; readonly tensor: Tensor }, other: Int16Array | null): FollowUp;
}

/** The rules of one kind of operation. */
export interface OperationRules<O extends TrustedOperation> {
  /** The tensors that it reads, in order. */
  inputs(operation: O): readonly TensorId[];
  /**
   * How many entries it gives for inputs of these shapes. Not their shape: a change of shape is an operation too, and the
   * tensor that an operation writes says how its entries are arranged.
   * @throws ModelError naming `where` when the operation cannot be done on such inputs
   */
  entries(operation: O, inputs: readonly ActivationTensor[], where: string): number;
  /** The smallest and the largest integer that can come out when the inputs lie in these ranges. */
  reach(operation: O, inputs: readonly InputRange[]): InputRange;
  /**
   * Checks what `entries` and `reach` do not say.
   * @throws ModelError naming `where`
   */
  check(operation: O, inputs: readonly ActivationTensor[], output: Tensor, where: string): void;
  /** Its fields in a file, in the order in which they are written there, but for `kind`. */
  readonly fields: Fields;
  /** Computes it: bit for bit what the reference gives. */
  run(operation: O, job: Job): void;
  /** Null: it always makes a pass of its own. */
  readonly epilogue: EpilogueRules<O> | null;
}

/** One image of several that lie back to back. */
export function imageOf(all: Int16Array, image: number, images: number): Int16Array {
  const length = all.length / images;
  return all.subarray(image * length, (image + 1) * length);
}
