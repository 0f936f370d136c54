/** A map on the device: its weights, cut into blocks of output channels where one buffer cannot hold them, and its kernels. */
import { DeviceError } from '../../../protocol/errors.js';
import type { LinearMap } from '../../../reference/linear-map.js';
import type { Connection } from './connection.js';
import { BufferUsage } from './gpu-constants.js';
import type { Plan } from './plan.js';
import { digitsShader } from './shaders/digits.js';
import { directShader } from './shaders/direct.js';
import { matrixShader } from './shaders/matrix.js';
import { type Block, SHAPE_BYTES, shapeNumbers } from './shaders/structures.js';
import { vectorShader } from './shaders/vector.js';
import { directWeightBytes, matrixWeightBytes, packDirectWeights, packMatrixWeights } from './weights.js';

/** The kernels of a map: `rows` for few rows, `tiles` for many; the direct kernel takes any number. */
export interface Kernels {
  readonly digits: GPUComputePipeline | null;
  readonly tiles: GPUComputePipeline;
  readonly rows: GPUComputePipeline;
}

/** Some output channels. */
export interface ResidentBlock {
  readonly shape: GPUBuffer;
  readonly weights: GPUBuffer;
  readonly channelCount: number;
}

export interface ResidentMap {
  readonly plan: Plan;
  readonly kernels: Kernels;
  readonly blocks: readonly ResidentBlock[];
}

async function kernelsFor(connection: Connection, plan: Plan, packedDot: boolean): Promise<Kernels> {
  if (plan.kind === 'direct') {
    const direct = await connection.pipeline(directShader(plan.mode, plan.limbs));
    return { digits: null, tiles: direct, rows: direct };
  }
  const { mode, input, weights, rowsEach, columnsEach } = plan;
  const variant = {
    mode,
    inputDigits: input.digits,
    weightDigits: weights.digits,
    rowsEach,
    columnsEach,
    packedDot,
  };
  const [digits, tiles, rows] = await Promise.all([
    connection.pipeline(digitsShader(mode, input.digits)),
    connection.pipeline(matrixShader(variant)),
    connection.pipeline(vectorShader(variant)),
  ]);
  return { digits, tiles, rows };
}

/** How many output channels one weights buffer takes. */
function channelsPerBlock(plan: Plan, { bufferBytes, workgroups }: Connection['limits']): number {
  const step = plan.kind === 'matrix' ? 16 * plan.columnsEach : 1;
  const bytes = plan.kind === 'matrix' ? matrixWeightBytes(plan, 1) : directWeightBytes(plan, 1);
  const fitting = Math.floor(bufferBytes / bytes);
  if (fitting === 0) {
    throw new DeviceError(
      `The weights of ${step} output channels take ${bytes} bytes, more than the ${bufferBytes} of a WebGPU buffer here.`,
    );
  }
  return plan.kind === 'matrix' ? Math.min(fitting, workgroups) * step : fitting;
}

function blockOf(plan: Plan, firstChannel: number, channelCount: number): Block {
  if (plan.kind === 'direct') {
    const reduceAfter = plan.limbs?.termsPerReduction ?? 0;
    const none = { channelWords: 0, words: 0, inputShift: 0, weightShift: 0, constantsAt: 0 };
    return { ...none, reduceAfter, firstChannel, channelCount };
  }
  const columns = 16 * plan.columnsEach;
  return {
    channelWords: plan.channelWords,
    words: plan.words,
    reduceAfter: plan.wordsPerReduction,
    inputShift: plan.input.shift,
    weightShift: plan.weights.shift,
    firstChannel,
    channelCount,
    constantsAt: Math.ceil(channelCount / columns) * columns * plan.words * plan.weights.digits,
  };
}

function makeBlock(device: GPUDevice, plan: Plan, map: LinearMap, block: Block): ResidentBlock {
  const { firstChannel, channelCount } = block;
  const usage = BufferUsage.storage;
  const shape = device.createBuffer({ size: SHAPE_BYTES, usage: BufferUsage.uniform, mappedAtCreation: true });
  new Int32Array(shape.getMappedRange()).set(shapeNumbers(plan.geometry, block));
  shape.unmap();
  const size =
    plan.kind === 'matrix'
      ? matrixWeightBytes(plan, Math.ceil(channelCount / (16 * plan.columnsEach)))
      : directWeightBytes(plan, channelCount);
  const weights = device.createBuffer({ size, usage, mappedAtCreation: true });
  const target = new Int32Array(weights.getMappedRange());
  if (plan.kind === 'matrix') packMatrixWeights(plan, map.weights, firstChannel, channelCount, target);
  else packDirectWeights(plan, map.weights, firstChannel, channelCount, target);
  weights.unmap();
  return { shape, weights, channelCount };
}

/** Frees the weights; commands that were submitted still use them. */
export function destroyBlocks(blocks: readonly ResidentBlock[]): void {
  for (const { shape, weights } of blocks) {
    shape.destroy();
    weights.destroy();
  }
}

/**
 * Compiles the kernels of a plan and puts the weights on the device.
 * @throws DeviceError when the device has ended, has too little memory, or its buffers are too small for one channel
 */
export async function makeResident(
  connection: Connection,
  plan: Plan,
  map: LinearMap,
  packedDot: boolean,
): Promise<ResidentMap> {
  const { device, limits } = connection;
  const step = channelsPerBlock(plan, limits);
  const channels = plan.geometry.outChannels;
  const blocks: ResidentBlock[] = [];
  connection.check();
  device.pushErrorScope('out-of-memory');
  try {
    for (let first = 0; first < channels; first += step) {
      blocks.push(makeBlock(device, plan, map, blockOf(plan, first, Math.min(step, channels - first))));
    }
  } catch (error) {
    destroyBlocks(blocks);
    throw new DeviceError('The webgpu device has too little memory for the weights of this map.', { cause: error });
  } finally {
    device.popErrorScope().then(
      () => {},
      () => {},
    );
  }
  try {
    return { plan, blocks, kernels: await kernelsFor(connection, plan, packedDot) };
  } catch (error) {
    destroyBlocks(blocks);
    throw error;
  }
}
