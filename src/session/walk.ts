/** Evaluates the graph once, for one image or several together, with the linear layers done by whoever is asked. */

import type { LinearOperation, QuantizedNetwork } from '../model/quantized-network.js';
import { elementCount, type TensorId } from '../model/tensor.js';
import { rulesOf } from '../operations/operations.js';
import { runTrusted } from '../operations/run-trusted.js';
import { type Finish, type FollowUp, Own, type TrustedArithmetic, type TrustedValue } from '../protocol/index.js';
import { type Follower, type Step, scheduleOf } from './schedule.js';

/** Computes linear layer `index` on the images' x, back to back, finished as told, into new trusted memory: verified, or by the trusted side itself. */
export type RunLinear = (
  operation: LinearOperation,
  index: number,
  x: Int16Array,
  finish: Finish,
) => Promise<TrustedValue<Int16Array | Int32Array>>;

/** What a walk tells about the time it takes. */
export interface WalkCosts {
  /** Milliseconds of the trusted operations that were not taken along with a linear layer. */
  operationsMs: number;
}

/**
 * Runs the network; intermediate tensors are freed as soon as nothing reads them any more.
 * @param inputs centred integers of the input tensor, one array per image
 * @returns for every image one array per output tensor, in ordinary memory
 * @throws TypeError or RangeError when an input does not fit the input tensor; whatever `runLinear` throws
 */
export async function walk(
  network: QuantizedNetwork,
  arithmetic: TrustedArithmetic,
  inputs: readonly Int16Array[],
  runLinear: RunLinear,
  costs: WalkCosts = { operationsMs: 0 },
): Promise<(Int16Array | Int32Array)[][]> {
  for (const input of inputs) requireInput(network, input);
  const { steps, lastReaders } = scheduleOf(network);
  const images = inputs.length;
  const values = new Map<TensorId, TrustedValue<Int16Array | Int32Array>>();
  const drop = (id: TensorId): void => {
    // The next run writes to the same memory; closing the session wipes it.
    arithmetic.release(values.get(id)!.value, 'keep');
    values.delete(id);
  };
  try {
    const length = elementCount(network.tensors[network.input]!);
    const first = arithmetic.allocate('i16', length * images, 'anything');
    for (const [image, input] of inputs.entries()) first.set(input, image * length);
    values.set(network.input, new Own(first));
    for (const [index, step] of steps.entries()) {
      // The graph was validated: whatever is read is an activation tensor that exists.
      const read = step.reads.map((id) => values.get(id) as TrustedValue<Int16Array>);
      if (step.kind === 'linear') {
        values.set(
          step.output,
          await runLinear(step.operation, step.index, read[0]!.value, finishOf(network, step, values)),
        );
      } else {
        const started = performance.now();
        const tensors = step.reads.map((id) => network.tensors[id]!);
        const output = network.tensors[step.output]!;
        values.set(step.output, runTrusted(step.operation, read, tensors, output, images, arithmetic));
        costs.operationsMs += performance.now() - started;
      }
      for (const id of new Set([...step.reads, step.output])) if (lastReaders.get(id) === index) drop(id);
    }
    return inputs.map((_, image) => network.outputs.map((id) => imageOf(values.get(id)!.value, image, images)));
  } finally {
    for (const id of [...values.keys()]) drop(id);
  }
}

function imageOf(all: Int16Array | Int32Array, image: number, images: number): Int16Array | Int32Array {
  const length = all.length / images;
  return all.slice(image * length, (image + 1) * length);
}

type LinearStep = Extract<Step, { kind: 'linear' }>;

function finishOf(
  network: QuantizedNetwork,
  { operation, followers }: LinearStep,
  values: ReadonlyMap<TensorId, TrustedValue<Int16Array | Int32Array>>,
): Finish {
  const { bias, requantization } = operation;
  return { bias, requantization, followUps: followers.map((follower) => followUp(network, follower, values)) };
}

function followUp(
  network: QuantizedNetwork,
  { operation, input, other }: Follower,
  values: ReadonlyMap<TensorId, TrustedValue<Int16Array | Int32Array>>,
): FollowUp {
  // The schedule has no follower that cannot be one.
  const { followUp } = rulesOf(operation).epilogue!;
  const value = other === null ? null : (values.get(other)!.value as Int16Array);
  return followUp(operation, { id: input, tensor: network.tensors[input]! }, value);
}

function requireInput(network: QuantizedNetwork, input: Int16Array): void {
  const tensor = network.tensors[network.input]!;
  if (!(input instanceof Int16Array)) throw new TypeError('the input must be an Int16Array of centred integers');
  if (tensor.kind !== 'activation' || input.length !== elementCount(tensor)) {
    throw new RangeError(`the network takes ${elementCount(tensor)} integers, not ${input.length}`);
  }
  const [minimum, maximum] = [tensor.minimum | 0, tensor.maximum | 0];
  let signs = 0;
  // No branch for each of some hundred thousand entries: a difference is negative where one lies outside.
  for (let i = 0; i < input.length; i++) signs |= (input[i]! - minimum) | (maximum - input[i]!);
  if (signs < 0) {
    throw new RangeError(`the input must lie in [${tensor.minimum}, ${tensor.maximum}]`);
  }
}
