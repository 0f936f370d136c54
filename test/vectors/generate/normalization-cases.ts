/** Layer normalization: inputs for it, and how implementations get it wrong. */
import type { OperationVector } from '../shapes/operations.js';
import type { Numbers } from './numbers.js';
import type { OperationCase } from './operation-cases.js';

type Normalization = OperationVector & { kind: 'layerNormalization' };

/** Real numbers all the way, and one rounding; `divisor` is what a sum of squares is divided by. */
function real(
  x: readonly number[],
  { factors, bias, shift, epsilon, minimum, maximum }: Normalization,
  divisor: number,
) {
  const n = factors.length;
  return x.map((value, at) => {
    const row = x.slice(at - (at % n), at - (at % n) + n);
    const mean = row.reduce((sum, entry) => sum + entry, 0) / n;
    const variance = row.reduce((sum, entry) => sum + (entry - mean) ** 2, 0) / divisor + epsilon / n ** 2;
    const normal = variance === 0 ? 0 : (value - mean) / Math.sqrt(variance);
    const result = (normal * factors[at % n]!) / 2 ** (shift - 20) + bias[at % n]! / 2 ** 16;
    return Math.max(minimum, Math.min(maximum, Math.floor(result + 0.5)));
  });
}

/** See the file's head. */
export function normalizationCases(numbers: Numbers): OperationCase[] {
  const operation: Normalization = {
    kind: 'layerNormalization',
    factors: [2 ** 25, 3 * 2 ** 23, -(2 ** 24), 5 * 2 ** 22, 123456789, 0],
    bias: [0, 2 ** 15, -3 * 2 ** 15, 999999, -12345, 50 * 2 ** 16],
    shift: 40,
    epsilon: 5000,
    minimum: -64,
    maximum: 63,
  };
  const rows = [...numbers.list(12, -128, 127), 7, 7, 7, 7, 7, 7, 127, -128, -128, -128, -128, -128, 0, 0, 1, 0, 0, 0];
  const precise: Normalization = {
    ...operation,
    factors: [2 ** 24 + 1, 2 ** 25, -(2 ** 25), 16180339, -27182818, 31415926],
    shift: 27,
    epsilon: 10 ** 10,
    minimum: -32768,
    maximum: 32767,
  };
  // Epsilon is far above most rows' variance, which leaves small numbers for large factors.
  const shorts = [...numbers.list(96, -3000, 3000), 0, 0, 0, 0, 0, 1, 32767, -32768, -32768, -32768, -32768, -32768];
  const twice = (list: number[]): number[] => [...list, ...list];
  return [
    {
      name: 'layer normalization',
      operation,
      inputs: [rows],
      wrongs: [
        ['bad_ignored_bias', 'no bias is added', { ...operation, bias: operation.bias.map(() => 0) }],
        ['bad_ignored_epsilon', 'epsilon is zero', { ...operation, epsilon: 0 }],
        ['bad_missing_clamp', 'the range of 16 bits', { ...operation, minimum: -32768, maximum: 32767 }],
        ['bad_sample_variance', 'squares are divided by n - 1', () => real(rows, operation, 5)],
        [
          'bad_wrong_axis',
          'two rows are taken for one',
          { ...operation, factors: twice(operation.factors), bias: twice(operation.bias) },
        ],
        [
          'bad_channel_order',
          'the first factor and bias for all',
          {
            ...operation,
            factors: operation.factors.map(() => operation.factors[0]!),
            bias: operation.bias.map(() => operation.bias[0]!),
          },
        ],
      ],
    },
    {
      name: 'layer normalization, 16 bits',
      operation: precise,
      inputs: [shorts],
      wrongs: [['bad_single_rounding', 'real numbers, rounded once', () => real(shorts, precise, 6)]],
    },
  ];
}
