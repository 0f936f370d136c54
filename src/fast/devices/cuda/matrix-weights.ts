/** Weights as digit matrices on the card, made there by the same kernel that makes the inputs' digits. */
import type { LinearMap } from '../../../model/linear-map.js';
import { allocate, type DeviceBlock } from './device-memory.js';
import { splitLayout } from './kernels/split.js';
import type { Pointer } from './koffi.js';
import type { MatrixPlan } from './matrix-plan.js';
import type { Workplace } from './operation.js';

/** Weights are brought in pieces of about this size. */
const PIECE_BYTES = 2 ** 25;

/** The second factor of the product, and what is added to its result. */
export interface MatrixWeights {
  /** int8 [weightDigits][plane][paddedDepth]. */
  readonly matrix: Pointer;
  /** int64 for each channel, or 0 when there is nothing to add. */
  readonly constants: Pointer;
  free(): void;
}

/** offset * (sum of the channel's weights): what the inputs' offset took away. Exact: below 2^15 * 2^15 * 2^31. */
function constantsOf({ weights }: LinearMap, { channels, depth, inputOffset }: MatrixPlan): BigInt64Array {
  return BigInt64Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let i = channel * depth; i < (channel + 1) * depth; i++) sum += weights[i]!;
    return BigInt(inputOffset) * BigInt(sum);
  });
}

async function uploadConstants(place: Workplace, block: DeviceBlock, constants: BigInt64Array): Promise<void> {
  const { context, lane, settle } = place;
  context.driver.copyIn(block.address, context.koffi.address(constants), constants.byteLength, lane.stream);
  await settle();
}

async function uploadMatrix(place: Workplace, map: LinearMap, plan: MatrixPlan, matrix: Pointer): Promise<void> {
  const { context, lane, settle } = place;
  const { channels, depth, paddedDepth, plane, weightDigits, weightOffset } = plan;
  const { driver } = context;
  driver.fill(matrix, 0, weightDigits * plane * paddedDepth, lane.stream);
  // The channel of row sums: every weight is 1, in the lowest digit.
  if (weightOffset !== 0) driver.fill(matrix + BigInt(channels * paddedDepth), 1, depth, lane.stream);
  const step = Math.max(1, Math.floor(PIECE_BYTES / (depth * 2)));
  for (let first = 0; first < channels; first += step) {
    context.enter();
    const rows = Math.min(step, channels - first);
    const part = map.weights.subarray(first * depth, (first + rows) * depth);
    const x = lane.scratch('x', part.byteLength);
    driver.copyIn(x, context.koffi.address(part), part.byteLength, lane.stream);
    const argument = splitLayout.encode({
      x,
      digits: matrix + BigInt(first * paddedDepth),
      planeStride: plane * paddedDepth,
      rows,
      depth,
      offset: weightOffset,
      chunks: paddedDepth / 16,
    });
    context.launch(
      weightDigits === 1 ? 'split_int16x1' : 'split_int16x2',
      (rows * paddedDepth) / 16,
      argument,
      lane.stream,
    );
    await settle();
  }
}

/** Brings a map's weights to the card. */
export async function loadMatrix(place: Workplace, map: LinearMap, plan: MatrixPlan): Promise<MatrixWeights> {
  const { context } = place;
  const blocks: DeviceBlock[] = [];
  const take = (bytes: number): DeviceBlock => {
    const block = allocate(context, bytes);
    blocks.push(block);
    return block;
  };
  const free = (): void => {
    for (const block of blocks) block.free();
  };
  try {
    context.enter();
    const matrix = take(plan.weightDigits * plan.plane * plan.paddedDepth);
    const constants = plan.inputOffset === 0 ? undefined : take(plan.channels * 8);
    await uploadMatrix(place, map, plan, matrix.address);
    if (constants !== undefined) {
      context.enter();
      await uploadConstants(place, constants, constantsOf(map, plan));
    }
    return { matrix: matrix.address, constants: constants?.address ?? 0n, free };
  } catch (error) {
    place.lane.drain();
    free();
    throw error;
  }
}
