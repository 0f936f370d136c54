/** Layer normalization over the last axes. */
import { descriptor } from '../boundary/array-bytes.js';
import { wholeNumber } from '../boundary/codecs.js';
import { require } from '../model/requirement.js';
import { elementCount, endsIn } from '../model/tensor.js';
import { LAYER_NORMALIZATION, type LayerNormalizationOperation } from '../model/trusted-operations.js';
import { clampTo, unary } from './fields.js';
import { scaled } from './ranges.js';
import { requireClamp } from './requirements.js';
import type { OperationRules } from './rules.js';

const { longestRow, rootBits, normalBits, biasBits } = LAYER_NORMALIZATION;

const LARGEST_SQUARE = 2n ** BigInt(2 * rootBits);

/**
 * floor(2^45 / sqrt(R)), which is the largest r with r^2 * R <= 2^90.
 * @param sum of n entries @param squares the sum of their squares
 */
function reciprocalRoot(n: number, sum: number, squares: number, epsilon: number): number {
  const spread = BigInt(n) * BigInt(squares) - BigInt(sum) ** 2n + BigInt(epsilon);
  const radicand = spread > 1n ? spread : 1n;
  // Doubles are off by less than 2^-51 of at most 2^45 here, so the truth is at most one more than their floor.
  let root = BigInt(Math.floor(2 ** rootBits / Math.sqrt(Number(radicand)))) + 1n;
  while (root * root * radicand > LARGEST_SQUARE) root -= 1n;
  return Number(root);
}

/** Doubles are exact here: the definition's docstring has the bounds, and what it says is checked is checked below. */
function run(
  { factors, bias, shift, epsilon, minimum, maximum }: LayerNormalizationOperation,
  x: Int16Array,
  out: Int16Array,
): void {
  const n = factors.length;
  const normalUnit = 2 ** (normalBits - rootBits);
  const biasUnit = 2 ** (shift - biasBits);
  const unit = 2 ** -shift;
  for (let start = 0; start < x.length; start += n) {
    let sum = 0;
    let squares = 0;
    for (let index = 0; index < n; index++) {
      const value = x[start + index]!;
      sum += value;
      squares += value * value;
    }
    const root = reciprocalRoot(n, sum, squares, epsilon);
    for (let index = 0; index < n; index++) {
      const normal = Math.floor((n * x[start + index]! - sum) * root * normalUnit + 0.5);
      const value = Math.floor((normal * factors[index]! + bias[index]! * biasUnit) * unit + 0.5);
      out[start + index] = Math.max(minimum, Math.min(maximum, value));
    }
  }
}

/** No |z| of a row of n entries is above. */
function largestNormal(n: number): number {
  return Math.ceil(2 ** normalBits * Math.sqrt(n - 1)) + 1;
}

/** Whether no sum can reach 2^53: one that doubles round is at least that if the true one is. */
export function sumsFit(factors: ArrayLike<number>, bias: Int32Array, shift: number): boolean {
  const normal = largestNormal(factors.length);
  return bias.every((entry, index) => {
    const terms = normal * Math.abs(factors[index]!) + Math.abs(entry) * 2 ** (shift - biasBits);
    return terms + 2 ** (shift - 1) < 2 ** 53;
  });
}

export const layerNormalization: OperationRules<LayerNormalizationOperation> = {
  inputs: ({ input }) => [input],
  entries: (_, [input]) => elementCount(input!),
  reach(how) {
    const normal = BigInt(largestNormal(how.factors.length));
    const ends = Array.from(how.factors, (factor, index) => {
      const bias = BigInt(how.bias[index]!) << BigInt(how.shift - biasBits);
      const most = normal * BigInt(Math.abs(factor));
      return [bias - most, bias + most];
    });
    return scaled(ends.flat(), how);
  },
  check(operation, [input], _output, where) {
    const { factors, bias, shift, epsilon } = operation;
    const n = factors.length;
    require(factors instanceof Int32Array &&
      bias instanceof Int32Array, where, 'factors and biases must be 32-bit integers');
    require(bias.length === n, where, 'there must be a factor and a bias for each entry of a row');
    const { shape } = input!;
    require(endsIn(
      shape,
      n,
    ), where, `its rows have ${n} entries, and no last axes of its input [${shape}] have so many`);
    require(n <= longestRow, where, `its rows have ${n} entries; sums are exact for at most ${longestRow}`);
    const sane = Number.isInteger(shift) && shift >= biasBits && shift <= 62;
    require(sane, where, `the shift must be from ${biasBits} to 62, not ${shift}`);
    const whole = Number.isSafeInteger(epsilon) && epsilon >= 0;
    require(whole, where, `epsilon must be a whole number from 0 to 2^53 - 1, not ${epsilon}`);
    require(sumsFit(
      factors,
      bias,
      shift,
    ), where, `its factors and biases are too large for a shift of ${shift}: sums would need more than 53 bits`);
    requireClamp(operation, where);
  },
  fields: {
    ...unary,
    factors: descriptor('i32'),
    bias: descriptor('i32'),
    shift: wholeNumber(biasBits, 62),
    epsilon: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    ...clampTo,
  },
  run: (operation, { inputs, out }) => run(operation, inputs[0]!, out),
  epilogue: null,
};
