/** Questions the passes ask about a float network, and the renumbering that follows a pass. */
import { type FloatNetwork, type FloatOperation, type FloatTensorId, inputsOf } from '../float/index.js';

/** The operation that computes a tensor; undefined for the network's input. */
export function producerOf(network: FloatNetwork, id: FloatTensorId): FloatOperation | undefined {
  return network.operations.find((operation) => operation.output === id);
}

/** How many operations read a tensor; an operation that reads it twice counts twice. */
export function readersOf(network: FloatNetwork, id: FloatTensorId): number {
  return network.operations.reduce((sum, operation) => sum + inputsOf(operation).filter((at) => at === id).length, 0);
}

/** True if exactly one operation sees the tensor and nobody outside does, so that it may disappear. */
export function isPrivate(network: FloatNetwork, id: FloatTensorId): boolean {
  return !network.outputs.includes(id) && readersOf(network, id) === 1;
}

/** The same network without the tensors that no operation computes any more. */
export function withoutUnusedTensors(network: FloatNetwork): FloatNetwork {
  const used = new Set([network.input, ...network.operations.map((operation) => operation.output)]);
  const renumbered = new Map<FloatTensorId, FloatTensorId>();
  const tensors = network.tensors.filter((_, id) => used.has(id));
  for (const id of network.tensors.keys()) if (used.has(id)) renumbered.set(id, renumbered.size);
  const to = (id: FloatTensorId): FloatTensorId => renumbered.get(id)!;
  const operations = network.operations.map((operation): FloatOperation => {
    if (operation.kind === 'add') {
      return { ...operation, inputs: [to(operation.inputs[0]), to(operation.inputs[1])], output: to(operation.output) };
    }
    return operation.kind === 'concat'
      ? { ...operation, inputs: operation.inputs.map(to), output: to(operation.output) }
      : { ...operation, input: to(operation.input), output: to(operation.output) };
  });
  return { ...network, tensors, operations, input: to(network.input), outputs: network.outputs.map(to) };
}
