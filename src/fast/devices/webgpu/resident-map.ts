/** A map on the device: its weights, cut into blocks of output channels where one buffer cannot hold them, and its kernels. */

import type { LinearMap } from '../../../model/linear-map.js';
import { DeviceError } from '../../../protocol/errors.js';
import type { Connection } from './connection.js';
import { BufferUsage } from './gpu-constants.js';
import type { Plan } from './plan.js';
import { digitsShader } from './shaders/digits.js';
import { directShader } from './shaders/direct.js';
import { matrixShader } from './shaders/matrix.js';
import { type Block, SHAPE_BYTES, shapeNumbers } from './shaders/structures.js';
import { vectorShader } from './shaders/vector.js';
import {
  directWeightBytes,
  matrixWeightBytes,
  packDirectWeights,
  packMatrixWeights,
  type WeightPart,
} from './weights.js';

/** The kernels of a map: `rows` for few rows, `tiles` for many; the direct kernel takes any number. */
export interface Kernels {
  readonly digits: GPUComputePipeline | null;
  readonly tiles: GPUComputePipeline;
  readonly rows: GPUComputePipeline;
}

/** Some output channels, or the high digits of their weights. */
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
  const { mode, input, rowsEach, columnsEach } = plan;
  const variant = { mode, digits: input.digits, columnsEach, packedDot };
  const [digits, tiles, rows] = await Promise.all([
    connection.pipeline(digitsShader(mode, input.digits)),
    connection.pipeline(matrixShader(variant, rowsEach)),
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

function blockOf(plan: Plan, part: WeightPart): Block {
  if (plan.kind === 'direct') {
    const reduceAfter = plan.limbs?.termsPerReduction ?? 0;
    return { ...part, reduceAfter, channelWords: 0, words: 0, inputShift: 0, weightShift: 0, constantsAt: 0 };
  }
  const columns = 16 * plan.columnsEach;
  return {
    ...part,
    channelWords: plan.channelWords,
    words: plan.words,
    reduceAfter: plan.wordsPerReduction,
    inputShift: plan.input.shift,
    weightShift: part.highDigit ? 0 : plan.weights.shift,
    constantsAt: Math.ceil(part.channelCount / columns) * columns * plan.words,
  };
}

function makeBlock(device: GPUDevice, plan: Plan, map: LinearMap, part: WeightPart): ResidentBlock {
  const { channelCount } = part;
  const shape = device.createBuffer({ size: SHAPE_BYTES, usage: BufferUsage.uniform, mappedAtCreation: true });
  new Int32Array(shape.getMappedRange()).set(shapeNumbers(plan.geometry, blockOf(plan, part)));
  shape.unmap();
  const size =
    plan.kind === 'matrix'
      ? matrixWeightBytes(plan, Math.ceil(channelCount / (16 * plan.columnsEach)))
      : directWeightBytes(plan, channelCount);
  const weights = device.createBuffer({ size, usage: BufferUsage.storage, mappedAtCreation: true });
  const target = new Int32Array(weights.getMappedRange());
  if (plan.kind === 'matrix') packMatrixWeights(plan, part, map.weights, target);
  else packDirectWeights(plan, part, map.weights, target);
  weights.unmap();
  return { shape, weights, channelCount };
}

/** The parts whose results are added up, low digits first. */
function* partsOf(plan: Plan, step: number): Generator<WeightPart> {
  const { outChannels } = plan.geometry;
  for (let firstChannel = 0; firstChannel < outChannels; firstChannel += step) {
    const channelCount = Math.min(step, outChannels - firstChannel);
    yield { firstChannel, channelCount, highDigit: false };
    if (plan.kind === 'matrix' && plan.weights.digits === 2) yield { firstChannel, channelCount, highDigit: true };
  }
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
  const blocks: ResidentBlock[] = [];
  connection.check();
  device.pushErrorScope('out-of-memory');
  let failure: unknown = null;
  try {
    for (const part of partsOf(plan, step)) blocks.push(makeBlock(device, plan, map, part));
  } catch (error) {
    failure = error;
  }
  const scope = device.popErrorScope();
  try {
    failure = (await connection.settle(scope)) ?? failure;
    if (failure !== null) {
      throw new DeviceError('The webgpu device has too little memory for the weights of this map.', { cause: failure });
    }
    return { plan, blocks, kernels: await kernelsFor(connection, plan, packedDot) };
  } catch (error) {
    destroyBlocks(blocks);
    throw error;
  }
}
