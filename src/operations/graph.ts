/** Small questions about a quantized network's graph. */
import type { LinearOperation, Operation, QuantizedNetwork } from '../model/quantized-network.js';
import type { TensorId } from '../model/tensor.js';
import { rulesOf } from './operations.js';

/** The tensors an operation reads. */
export function operationInputs(operation: Operation): readonly TensorId[] {
  return operation.kind === 'linear' ? [operation.input] : rulesOf(operation).inputs(operation);
}

/** The linear layers, in the order in which they are numbered everywhere. */
export function linearOperations(network: QuantizedNetwork): LinearOperation[] {
  return network.operations.filter((operation) => operation.kind === 'linear');
}
