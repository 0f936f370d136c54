/** Reads a classifier's output. */
import type { QuantizedNetwork } from '../model/quantized-network.js';
import type { Tensor, TensorId } from '../model/tensor.js';

/** One class and how probable the network finds it. */
export interface Classification {
  /** From the file of labels, or the number of the class. */
  readonly label: string;
  /** The number of the class, from 0. */
  readonly index: number;
  /** From 0 to 1. */
  readonly probability: number;
}

/** Whether the tensor holds probabilities: a softmax made it, perhaps followed by a change of shape or scale. */
function holdsProbabilities(network: QuantizedNetwork, output: TensorId): boolean {
  const tensor = network.tensors[output];
  if (tensor?.kind === 'activation' && tensor.scale === 1 / 256) return true;
  let id = output;
  for (let index = network.operations.length - 1; index >= 0; index--) {
    const operation = network.operations[index]!;
    if (operation.output !== id) continue;
    if (operation.kind === 'softmax') return true;
    if (operation.kind !== 'reshape' && operation.kind !== 'rescale') return false;
    id = operation.input;
  }
  return false;
}

function realValues(tensor: Tensor, values: ArrayLike<number>): number[] {
  if (tensor.kind === 'activation') return Array.from(values, (value) => value * tensor.scale);
  return Array.from(values, (value, index) => value * tensor.scales[index % tensor.scales.length]!);
}

/** exp(x[i]) / sum of exp(x), in floating point: for display only. */
function softmax(reals: readonly number[]): number[] {
  const largest = reals.reduce((top, real) => Math.max(top, real), Number.NEGATIVE_INFINITY);
  const exponentials = reals.map((real) => Math.exp(real - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/**
 * Every class of an output tensor with its probability, the most probable first; equals stay in the tensor's order.
 * Integers that a softmax made stand for probabilities (scale * c); of any others the softmax is taken here.
 * @param values the run's integers of that tensor @param labels one per class; a class without one is "class 7"
 * @throws RangeError when the network has no such tensor or the number of values is not the tensor's.
 */
export function classify(
  network: QuantizedNetwork,
  output: TensorId,
  values: Int16Array | Int32Array,
  labels: readonly string[] = [],
): Classification[] {
  const tensor = network.tensors[output];
  if (tensor === undefined) throw new RangeError(`the network has no tensor ${output}`);
  const count = tensor.shape.reduce((product, size) => product * size, 1);
  if (values.length !== count) throw new RangeError(`expected ${count} values, got ${values.length}`);
  const reals = realValues(tensor, values);
  const probabilities = holdsProbabilities(network, output) ? reals : softmax(reals);
  return probabilities
    .map((probability, index) => ({ label: labels[index] || `class ${index}`, index, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index);
}

/** The lines of a label file, without spaces at their ends; empty lines count, so that positions stay, but not at the end. */
export function readLabels(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}
