/** The quantized network while it grows. */
import { ModelError } from '../../model/errors.js';
import type { Operation } from '../../model/quantized-network.js';
import type { InputRange } from '../../model/shapes.js';
import type { ActivationTensor, Quantization, Tensor, TensorId } from '../../model/tensor.js';
import type { TrustedOperation } from '../../model/trusted-operations.js';
import { rulesOf } from '../../operations/operations.js';

/** Integers that are read as real numbers: real = scale * integer. */
export interface Source {
  /** The tensor that they are in. */
  readonly id: TensorId;
  /** What 1 stands for: the tensor's own scale, but where the integers themselves are meant. */
  readonly scale: number;
}

/** Where a result goes, and how. */
export interface Destination {
  /** What the operation and its tensor are called. */
  readonly name: string;
  readonly shape: readonly number[];
  /** How it is stored. */
  readonly format: Quantization;
}

type WithoutOutput<O> = O extends unknown ? Omit<O, 'output'> : never;

export class Emission {
  readonly tensors: Tensor[] = [];
  readonly operations: Operation[] = [];

  /** A tensor that may be read. */
  tensor(id: TensorId): ActivationTensor {
    const tensor = this.tensors[id]!;
    if (tensor.kind !== 'activation') throw new ModelError('it reads accumulators, which are outputs only.');
    return tensor;
  }

  /** A new tensor; zero always belongs to its range. */
  add({ name, shape, format: { scale, zeroPoint } }: Destination, range: InputRange): TensorId {
    const [minimum, maximum] = [Math.min(0, range.minimum), Math.max(0, range.maximum)];
    return this.tensors.push({ kind: 'activation', name, shape, scale, zeroPoint, minimum, maximum }) - 1;
  }

  /**
   * Adds an operation, clamped to what it can reach: the same results, and what reads them knows how narrow they are.
   * @returns its output
   */
  push(operation: WithoutOutput<TrustedOperation>, to: Destination): TensorId {
    const whole = { ...operation, output: this.tensors.length } as TrustedOperation;
    const rules = rulesOf(whole);
    const reach = rules.reach(
      whole,
      rules.inputs(whole).map((id) => this.tensor(id)),
    );
    this.operations.push('minimum' in whole ? { ...whole, ...reach } : whole);
    return this.add(to, reach);
  }
}
