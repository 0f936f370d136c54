/** Evaluates the graph once, operation by operation, with the linear layers done by whoever is asked. */
import type { TrustedArithmetic } from '../protocol/index.js';
import type { LinearOperation, QuantizedNetwork, TensorId } from '../reference/index.js';
import { elementCount, lastReaders, operationInputs } from './graph.js';
import { runTrusted } from './trusted-operations.js';

/** Computes linear layer `index` on x, bias and requantization included, into new trusted memory. */
export type RunLinear = (operation: LinearOperation, index: number, x: Int16Array) => Promise<Int16Array | Int32Array>;

/**
 * Runs the network on one input; intermediate tensors are freed as soon as nothing reads them any more.
 * @param input centred integers of the input tensor
 * @returns one array per output tensor, in ordinary memory
 * @throws TypeError or RangeError when the input does not fit the input tensor; whatever `runLinear` throws
 */
export async function walk(
  network: QuantizedNetwork,
  arithmetic: TrustedArithmetic,
  input: Int16Array,
  runLinear: RunLinear,
): Promise<(Int16Array | Int32Array)[]> {
  requireInput(network, input);
  const last = lastReaders(network);
  const values = new Map<TensorId, Int16Array | Int32Array>();
  const put = (id: TensorId, value: Int16Array | Int32Array): void => void values.set(id, value);
  const drop = (id: TensorId): void => {
    arithmetic.release(values.get(id)!);
    values.delete(id);
  };
  try {
    const first = arithmetic.allocate('i16', input.length);
    first.set(input);
    put(network.input, first);
    let linearIndex = 0;
    for (const [index, operation] of network.operations.entries()) {
      const read = operationInputs(operation);
      // The graph was validated: whatever is read is an activation tensor that exists.
      const inputs = read.map((id) => values.get(id) as Int16Array);
      if (operation.kind === 'linear') {
        put(operation.output, await runLinear(operation, linearIndex++, inputs[0]!));
      } else {
        const tensors = read.map((id) => network.tensors[id]!);
        put(operation.output, runTrusted(operation, inputs, tensors, network.tensors[operation.output]!, arithmetic));
      }
      for (const id of new Set([...read, operation.output])) if (last.get(id) === index) drop(id);
    }
    return network.outputs.map((id) => values.get(id)!.slice());
  } finally {
    for (const id of [...values.keys()]) drop(id);
  }
}

function requireInput(network: QuantizedNetwork, input: Int16Array): void {
  const tensor = network.tensors[network.input]!;
  if (!(input instanceof Int16Array)) throw new TypeError('the input must be an Int16Array of centred integers');
  if (tensor.kind !== 'activation' || input.length !== elementCount(tensor)) {
    throw new RangeError(`the network takes ${elementCount(tensor)} integers, not ${input.length}`);
  }
  if (!input.every((value) => value >= tensor.minimum && value <= tensor.maximum)) {
    throw new RangeError(`the input must lie in [${tensor.minimum}, ${tensor.maximum}]`);
  }
}
