/** Questions the passes ask about a float network, and the renumbering that follows a pass. */
import { type FloatNetwork, type FloatOperation, type FloatTensorId, inputsOf } from '../graph/index.js';

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

/** Without the operations whose results nobody reads. */
export function withoutUnreadOperations(
  operations: readonly FloatOperation[],
  outputs: readonly FloatTensorId[],
): FloatOperation[] {
  const read = new Set(outputs);
  const kept = operations.toReversed().filter((operation) => {
    if (!read.has(operation.output)) return false;
    for (const id of inputsOf(operation)) read.add(id);
    return true;
  });
  return kept.reverse();
}

/** The same network without the tensors that no operation computes any more. */
export function withoutUnusedTensors(network: FloatNetwork): FloatNetwork {
  const used = new Set([network.input, ...network.operations.map((operation) => operation.output)]);
  const renumbered = new Map<FloatTensorId, FloatTensorId>();
  const tensors = network.tensors.filter((_, id) => used.has(id));
  for (const id of network.tensors.keys()) if (used.has(id)) renumbered.set(id, renumbered.size);
  const to = (id: FloatTensorId): FloatTensorId => renumbered.get(id)!;
  const operations = network.operations.map((operation): FloatOperation => {
    const output = to(operation.output);
    if (!('inputs' in operation)) return { ...operation, input: to(operation.input), output };
    // As many inputs as before, so those of a pair are a pair.
    return { ...operation, inputs: operation.inputs.map(to), output } as FloatOperation;
  });
  return { ...network, tensors, operations, input: to(network.input), outputs: network.outputs.map(to) };
}
