/** Weights in the order in which the kernels read them. */
import type { DirectPlan, MatrixPlan } from './plan.js';

/** The weights of some output channels; with two digits, the low ones or the high ones. */
export interface WeightPart {
  readonly firstChannel: number;
  readonly channelCount: number;
  readonly highDigit: boolean;
}

/** Bytes of a matrix plan's weights for `blocks` blocks of 16 * columnsEach channels, with their constants. */
export function matrixWeightBytes(plan: MatrixPlan, blocks: number): number {
  return blocks * 16 * plan.columnsEach * (plan.words + 1) * 4;
}

/** The four bytes of a number are its digits; see bounds.ts. */
const digitBytes = (value: number): number => ((value + 0x80808080) ^ 0x80808080) | 0;

/**
 * One digit of the weights as [block][word][channel of the block], then one constant per channel, into `target` (zero at
 * first). A channel's constant is what the shift of the inputs takes away: inputShift times the sum of its weights, where
 * the entries that fill a pixel up to whole words have the stored weight 0, so they count as the weights' shift. Modulo
 * 2^32, like all else over the integers. It is added once, with the low digit.
 */
export function packMatrixWeights(plan: MatrixPlan, part: WeightPart, weights: Int16Array, target: Int32Array): void {
  const { geometry, channelWords, words, columnsEach, input } = plan;
  const { shift } = plan.weights;
  const { firstChannel, channelCount, highDigit } = part;
  const { channels } = geometry;
  const taps = geometry.kernelHeight * geometry.kernelWidth;
  const columns = 16 * columnsEach;
  const constantsAt = Math.ceil(channelCount / columns) * words * columns;
  const filling = taps * (channelWords * 4 - channels);
  const downBits = highDigit ? 8 : 0;
  for (let channel = 0; channel < channelCount; channel++) {
    let from = (firstChannel + channel) * taps * channels;
    let sum = filling * shift;
    let to = Math.floor(channel / columns) * words * columns + (channel % columns);
    for (let tap = 0; tap < taps; tap++) {
      for (let entry = 0; entry < channels; entry += 4) {
        let word = 0;
        for (let lane = 0; lane < 4 && entry + lane < channels; lane++) {
          const weight = weights[from++]!;
          sum += weight;
          word |= ((digitBytes(weight - shift) >> downBits) & 0xff) << (8 * lane);
        }
        target[to] = word;
        to += columns;
      }
    }
    if (!highDigit) target[constantsAt + channel] = Math.imul(input.shift, sum | 0);
  }
}

/** Bytes of a direct plan's weights for some output channels. */
export function directWeightBytes(plan: DirectPlan, channelCount: number): number {
  return plan.terms * channelCount * 4;
}

/** [term][channel], each weight a number of its own. */
export function packDirectWeights(plan: DirectPlan, part: WeightPart, weights: Int16Array, target: Int32Array): void {
  const { terms } = plan;
  const { firstChannel, channelCount } = part;
  for (let channel = 0; channel < channelCount; channel++) {
    const from = (firstChannel + channel) * terms;
    for (let term = 0; term < terms; term++) target[term * channelCount + channel] = weights[from + term]!;
  }
}
