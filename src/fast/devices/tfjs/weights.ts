/** The weights of a map as matrices that stay on the backend, cut along the terms so that every product is exact. */
import { LARGEST_OPERAND, LARGEST_SUM, TERM_STEP } from './bounds.js';
import { weightDigit } from './digits.js';
import type { Shape } from './shape.js';

/** Terms `from` to `to` of every output. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
}

/** For every output and digit, the sum of |digit| over one step of terms. */
function stepSums({ map, terms }: Shape, digits: number, from: number, to: number, sums: Float64Array): void {
  for (let row = 0; row < map.outputChannels; row++) {
    for (let digit = 0; digit < digits; digit++) {
      let sum = 0;
      for (let k = from; k < to; k++) sum += Math.abs(weightDigit(map.weights[row * terms + k]!, digit, digits));
      sums[row * digits + digit] = sum;
    }
  }
}

function fits(total: Float64Array, sums: Float64Array, largest: number): boolean {
  for (let i = 0; i < sums.length; i++) if ((total[i]! + sums[i]!) * largest > LARGEST_SUM) return false;
  return true;
}

/**
 * The fewest chunks, from the first term on, such that within each the sum of |weight digit| * |input digit| is at most
 * LARGEST_SUM for every output, and such that one chunk of the weights is a tensor of reasonable size.
 */
export function chunksOf(shape: Shape, weightDigits: number, largestInputDigit: number): Chunk[] {
  const columns = shape.map.outputChannels * weightDigits;
  const steps = Math.max(1, Math.floor(LARGEST_OPERAND / columns / TERM_STEP));
  const [total, sums] = [new Float64Array(columns), new Float64Array(columns)];
  const chunks: Chunk[] = [];
  let from = 0;
  for (let step = 0; step < shape.terms; step += TERM_STEP) {
    const end = Math.min(step + TERM_STEP, shape.terms);
    stepSums(shape, weightDigits, step, end, sums);
    if (end - from > steps * TERM_STEP || !fits(total, sums, largestInputDigit)) {
      chunks.push({ from, to: step });
      from = step;
      total.fill(0);
    }
    for (let i = 0; i < columns; i++) total[i]! += sums[i]!;
  }
  return [...chunks, { from, to: shape.terms }];
}

/** Rows that are transposed together, so that writes fill whole cache lines. */
const BLOCK = 16;

/** The matrices of one chunk, [groups][terms of the chunk][weightDigits * groupOutputs]. */
export function chunkMatrix({ map, groupOutputs, terms }: Shape, { from, to }: Chunk, digits: number): Float32Array {
  const width = digits * groupOutputs;
  const depth = to - from;
  const matrix = new Float32Array(map.groups * depth * width);
  for (let first = 0; first < map.outputChannels; first += BLOCK) {
    const last = Math.min(first + BLOCK, map.outputChannels);
    for (let k = 0; k < depth; k++) {
      for (let row = first; row < last; row++) {
        const group = Math.floor(row / groupOutputs);
        const to = (group * depth + k) * width + (row - group * groupOutputs);
        const weight = map.weights[row * terms + from + k]!;
        for (let digit = 0; digit < digits; digit++) {
          matrix[to + digit * groupOutputs] = weightDigit(weight, digit, digits);
        }
      }
    }
  }
  return matrix;
}
