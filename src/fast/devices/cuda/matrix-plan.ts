/** How a dense map or an ordinary convolution becomes a product of two int8 matrices. */
import { type LinearMap, outputChannels, outputLength, termsPerOutput } from '../../../model/linear-map.js';
import { CHANNEL_STEP, DEPTH_LIMIT, DEPTH_STEP, type DigitPlan, digitPlan, ROW_STEP, roundUp } from './bounds.js';
import type { Variant } from './kernels/arithmetic.js';
import { DIGITS, inputVariant, type Mode } from './operation.js';

/** Shapes of the two factors and of their product. */
export interface MatrixPlan {
  readonly variant: Variant;
  readonly inputDigits: number;
  readonly inputOffset: number;
  readonly weightDigits: number;
  readonly weightOffset: number;
  /** Matrix rows of one input: output pixels, or 1. */
  readonly rowsPerInput: number;
  /** Terms of one output. */
  readonly depth: number;
  readonly paddedDepth: number;
  /** The depth is cut into this many parts, so that int32 sums are exact. */
  readonly parts: number;
  readonly channels: number;
  /** Channels of one weight digit as stored: with a channel of row sums if the weights have an offset, and padded. */
  readonly plane: number;
  /** True if the library's sums are the answers already. */
  readonly plain: boolean;
}

/** Smallest and largest weight. */
function weightRange(weights: Int16Array): DigitPlan {
  let minimum = 32767;
  let maximum = -32768;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    if (w < minimum) minimum = w;
    if (w > maximum) maximum = w;
  }
  return digitPlan(minimum, maximum);
}

/** Plans a map without groups. */
export function matrixPlan(map: LinearMap, mode: Mode): MatrixPlan {
  const { variant, offset: inputOffset } = inputVariant(map, mode);
  const weights = weightRange(map.weights);
  const channels = outputChannels(map);
  const depth = termsPerOutput(map);
  const paddedDepth = roundUp(depth, DEPTH_STEP);
  const plane = roundUp(channels + (weights.offset === 0 ? 0 : 1), CHANNEL_STEP);
  const parts = Math.ceil(paddedDepth / DEPTH_LIMIT);
  const single = variant === 'int16x1' && weights.digits === 1 && parts === 1;
  return {
    variant,
    inputDigits: DIGITS[variant],
    inputOffset,
    weightDigits: weights.digits,
    weightOffset: weights.offset,
    rowsPerInput: outputLength(map) / channels,
    depth,
    paddedDepth,
    parts,
    channels,
    plane,
    plain: single && inputOffset === 0 && weights.offset === 0 && plane === channels,
  };
}

/** Bytes of digits and of sums that `rows` matrix rows take. Rows of all digits are one matrix, padded at its end. */
export function scratchOf(plan: MatrixPlan, rows: number): { readonly rowCount: number; digits: number; sums: number } {
  const rowCount = roundUp(rows * plan.inputDigits, ROW_STEP);
  const sums = plan.plain ? 0 : plan.parts * rowCount * plan.weightDigits * plan.plane * 4;
  return { rowCount, digits: rowCount * plan.paddedDepth, sums };
}

/** How many matrix rows are worked on at once: as many as fit, a multiple of `ROW_STEP` if there are that many. */
export function rowsPerTile(plan: MatrixPlan, scratchBytes: number): number {
  const { digits, sums } = scratchOf(plan, ROW_STEP);
  return Math.max(1, Math.floor(scratchBytes / (digits + sums))) * ROW_STEP;
}
