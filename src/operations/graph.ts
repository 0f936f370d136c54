/** Small questions about a quantized network's graph. */
import type { ImageShape, LinearOperation, Operation, QuantizedNetwork, Tensor, TensorId } from '../reference/index.js';

/** How many entries a tensor has. */
export function elementCount(tensor: Tensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}

/** A tensor's shape as rows, columns, channels; fewer axes are read as one row. */
export function rowsColumnsChannels(tensor: Tensor): ImageShape {
  const [channels = 1, width = 1, height = 1] = [...tensor.shape].reverse();
  return { height, width, channels };
}

/** The tensors an operation reads. */
export function operationInputs(operation: Operation): readonly TensorId[] {
  return 'inputs' in operation ? operation.inputs : [operation.input];
}

/** The linear layers, in the order in which they are numbered everywhere. */
export function linearOperations(network: QuantizedNetwork): LinearOperation[] {
  return network.operations.filter((operation) => operation.kind === 'linear');
}
