/** The order in which a network is evaluated, with what can be done in the pass over a linear layer's output taken along. */
import type { LinearOperation, QuantizedNetwork } from '../model/quantized-network.js';
import type { TensorId } from '../model/tensor.js';
import type { TrustedOperation } from '../model/trusted-operations.js';
import { operationInputs } from '../operations/graph.js';
import { rulesOf } from '../operations/operations.js';

/** A trusted operation that follows a linear layer in the same pass; `other` is the second tensor that it reads, if it reads two. */
export interface Follower {
  readonly operation: TrustedOperation;
  readonly input: TensorId;
  readonly other: TensorId | null;
}

/** One step: a linear layer with its followers, or one trusted operation. */
export type Step =
  | {
      readonly kind: 'linear';
      readonly operation: LinearOperation;
      /** The number of the linear layer. */
      readonly index: number;
      readonly followers: readonly Follower[];
      readonly reads: readonly TensorId[];
      readonly output: TensorId;
    }
  | {
      readonly kind: 'trusted';
      readonly operation: TrustedOperation;
      readonly reads: readonly TensorId[];
      readonly output: TensorId;
    };

/** A schedule, and for every tensor the last step that reads it; outputs of the network are read after the last one. */
export interface Schedule {
  readonly steps: readonly Step[];
  readonly lastReaders: ReadonlyMap<TensorId, number>;
}

/** The only operation that reads the tensor, if there is exactly one and the network does not give the tensor out. */
function onlyReader(network: QuantizedNetwork, id: TensorId) {
  if (network.outputs.includes(id)) return undefined;
  const readers = network.operations.filter((operation) => operationInputs(operation).includes(id));
  return readers.length === 1 ? readers[0] : undefined;
}

function followerOf(network: QuantizedNetwork, input: TensorId, known: ReadonlySet<TensorId>): Follower | null {
  const operation = onlyReader(network, input);
  if (operation === undefined || operation.kind === 'linear') return null;
  if (rulesOf(operation).epilogue?.fits(operation) !== true) return null;
  const inputs = operationInputs(operation);
  if (inputs.length === 1) return { operation, input, other: null };
  // A tensor with itself is not two; and the pass can only read what is complete before it begins.
  const others = inputs.filter((id) => id !== input);
  return others.length === 1 && known.has(others[0]!) ? { operation, input, other: others[0]! } : null;
}

const schedules = new WeakMap<QuantizedNetwork, Schedule>();

/** The schedule of a network that was validated; made once. */
export function scheduleOf(network: QuantizedNetwork): Schedule {
  const ready = schedules.get(network);
  if (ready !== undefined) return ready;
  const steps: Step[] = [];
  const known = new Set([network.input]);
  const taken = new Set<TrustedOperation>();
  let index = 0;
  for (const operation of network.operations) {
    if (operation.kind !== 'linear') {
      if (taken.has(operation)) continue;
      const { output } = operation;
      steps.push({ kind: 'trusted', operation, reads: operationInputs(operation), output });
      known.add(output);
      continue;
    }
    const followers: Follower[] = [];
    let { output } = operation;
    while (operation.requantization !== null && !isLast(followers.at(-1))) {
      const follower = followerOf(network, output, known);
      if (follower === null) break;
      followers.push(follower);
      taken.add(follower.operation);
      output = follower.operation.output;
    }
    const others = followers.flatMap(({ other }) => (other === null ? [] : [other]));
    steps.push({ kind: 'linear', operation, index: index++, followers, reads: [operation.input, ...others], output });
    known.add(output);
  }
  const lastReaders = new Map<TensorId, number>();
  steps.forEach(({ reads, output }, step) => {
    for (const id of [...reads, output]) lastReaders.set(id, step);
  });
  for (const id of network.outputs) lastReaders.set(id, steps.length);
  const schedule = { steps, lastReaders };
  schedules.set(network, schedule);
  return schedule;
}

function isLast(follower: Follower | undefined): boolean {
  return follower !== undefined && rulesOf(follower.operation).epilogue?.ends === true;
}
