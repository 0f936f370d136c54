/** Which real number a centred integer of each tensor stands for, so that only linear layers need to change scales. */
import { operationInputs } from '../../src/operations/graph.js';
import type { Operation, QuantizedNetwork, TensorId } from '../../src/reference/index.js';

/** What an input of an operation is multiplied by, in centred integers. */
export function integerFactor(operation: Operation, position: number): number {
  if (operation.kind === 'add') return operation.multipliers[position as 0 | 1] / 2 ** operation.shift;
  if (operation.kind === 'rescale') return operation.multiplier / 2 ** operation.shift;
  return 1;
}

/** The x of exp(-x * d) in a softmax's table. */
export function softmaxStep(exponentials: Uint32Array): number {
  return -Math.log(Math.max(1, exponentials[1] ?? 1) / exponentials[0]!);
}

/**
 * One scale per tensor. A network of floats has no change of scale in an addition or a concatenation, so tensors that meet
 * there get scales with the very ratio that the integers' multipliers make up for: a union of all that meet, each with its
 * ratio to the representative. Where ratios contradict each other, the model has to multiply.
 */
export function realScales(network: QuantizedNetwork): Float64Array {
  const parent = network.tensors.map((_, id) => id);
  const ratio = network.tensors.map(() => 1);
  const find = (id: TensorId): [root: TensorId, ratio: number] => {
    let [root, product] = [id, 1];
    while (parent[root] !== root) {
      product *= ratio[root]!;
      root = parent[root]!;
    }
    return [root, product];
  };
  for (const operation of network.operations) {
    if (operation.kind === 'linear' || operation.kind === 'softmax') continue;
    operationInputs(operation).forEach((id, position) => {
      const factor = integerFactor(operation, position);
      const [root, product] = find(id);
      const [outputRoot, outputProduct] = find(operation.output);
      if (root === outputRoot || factor === 0) return;
      // scale(id) = factor * scale(output)
      parent[outputRoot] = root;
      ratio[outputRoot] = product / (factor * outputProduct);
    });
  }
  return Float64Array.from(network.tensors, (_, id) => {
    const [root, product] = find(id);
    const tensor = network.tensors[root]!;
    return product * (tensor.kind === 'activation' ? tensor.scale : 1);
  });
}
