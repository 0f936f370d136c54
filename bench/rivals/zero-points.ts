/** The code that stands for zero in each tensor of unsigned bytes. */
import type { Operation, QuantizedNetwork, TensorId } from '../../src/reference/index.js';
import { NotRepresentable } from './lower.js';

const CODES = 255;

/** Where the operation's results begin, unless it keeps the codes it gets. */
function least(operation: Operation): number | undefined {
  switch (operation.kind) {
    case 'linear':
      return operation.requantization?.minimum;
    case 'rescale':
    case 'softmax':
      return operation.minimum;
    default:
      return undefined;
  }
}

/**
 * Zero points chosen so that code 0 is the least result of the operation: saturation is then its lower clamp for free.
 * @throws NotRepresentable when a tensor needs more than 8 bits
 */
export function zeroPoints(network: QuantizedNetwork): number[] {
  const points: number[] = network.tensors.map(() => 0);
  const set = (id: TensorId, least: number): void => {
    const tensor = network.tensors[id]!;
    if (tensor.kind === 'accumulator') return;
    const minimum = Math.min(least, 0);
    if (tensor.maximum - minimum > CODES) throw new NotRepresentable(`tensor ${tensor.name} does not fit 8 bits`);
    points[id] = -minimum;
  };
  const leastOf = (id: TensorId): number => {
    const tensor = network.tensors[id]!;
    return tensor.kind === 'activation' ? tensor.minimum : 0;
  };
  set(network.input, leastOf(network.input));
  for (const operation of network.operations) {
    const { kind, output } = operation;
    if (kind === 'concat') set(output, Math.min(...operation.inputs.map(leastOf)));
    else if (kind === 'add') set(output, operation.minimum);
    else if (!('input' in operation)) throw new NotRepresentable(`${kind} has no counterpart there`);
    else set(output, least(operation) ?? -points[operation.input]!);
  }
  return points;
}
