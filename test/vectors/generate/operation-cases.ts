/** Trusted operations, inputs for them, and how implementations get them wrong. */
import type { OperationVector } from '../shapes/operations.js';
import { furtherCases } from './further-cases.js';
import { normalizationCases } from './normalization-cases.js';
import type { Numbers } from './numbers.js';
import { poolCases, shapeCases } from './window-cases.js';

/** A wrong result: made from the true one, or what another operation gives. */
type Lie = OperationVector | ((output: number[]) => number[]);

export interface OperationCase {
  readonly name: string;
  readonly operation: OperationVector;
  readonly inputs: number[][];
  readonly wrongs: readonly (readonly [bugType: string, comment: string, lie: Lie])[];
}

const INT8 = { minimum: -128, maximum: 127 };
const clampTo = (value: number): number => Math.max(-128, Math.min(127, value));

/** Halves of both signs: with multiplier 1 and shift 1 every odd entry is one. */
const halves = [-7, -5, -3, -2, -1, 0, 1, 2, 3, 5, 7, 9];

function scaleCases(numbers: Numbers): OperationCase[] {
  const half = { kind: 'rescale', multiplier: 1, shift: 1, ...INT8 } as const;
  const requantization = { multipliers: [1518500250, 2 ** 31 - 1, 3], shift: 38, ...INT8 };
  const requantize = { kind: 'requantize' as const, bias: [1000, -2000, 7], how: requantization };
  const accumulators = [...numbers.list(9, -40000, 40000), 2 ** 30 - 1, -(2 ** 30) + 1, 0];
  const scaled = (value: number, index: number): bigint =>
    (BigInt(value) * BigInt(requantization.multipliers[index % 3]!) + 2n ** 37n) >> 38n;
  const wrapped = (value: bigint): number => Number(BigInt.asIntN(8, value));
  const exact = { kind: 'requantize' as const, bias: [0], how: { multipliers: [1], shift: 1, ...INT8 } };
  const relu = { ...half, minimum: 0 };
  return [
    {
      name: 'rescale by one half',
      operation: half,
      inputs: [halves],
      wrongs: [
        ['bad_rounding_half_down', 'halves go down', () => halves.map((value) => Math.ceil(value / 2 - 0.5) + 0)],
        [
          'bad_rounding_half_away',
          'halves go away from zero',
          () => halves.map((value) => Math.sign(value) * Math.round(Math.abs(value) / 2) + 0),
        ],
        [
          'bad_rounding_half_even',
          'halves go to the even neighbour',
          () =>
            halves.map(
              (value) => 2 * Math.round(value / 4) * (value % 2 === 0 ? 0 : 1) + (value % 2 === 0 ? value / 2 : 0) + 0,
            ),
        ],
        ['bad_truncated_division', 'towards zero', () => halves.map((value) => Math.trunc(value / 2) + 0)],
      ],
    },
    {
      name: 'rescale as a ReLU',
      operation: relu,
      inputs: [halves],
      wrongs: [['bad_missing_clamp', 'the lower end is forgotten', half]],
    },
    {
      name: 'rescale, 16 bits',
      operation: { kind: 'rescale', multiplier: 2 ** 31 - 1, shift: 31, minimum: -32768, maximum: 32767 },
      inputs: [[-32768, 32767, 0, 1, -1, 16384, -16385]],
      wrongs: [],
    },
    {
      name: 'requantize, halves',
      operation: exact,
      inputs: [halves],
      wrongs: [
        ['bad_rounding_half_down', 'halves go down', () => halves.map((value) => Math.ceil(value / 2 - 0.5) + 0)],
      ],
    },
    {
      name: 'requantize, three channels',
      operation: requantize,
      inputs: [accumulators],
      wrongs: [
        ['bad_ignored_bias', 'no bias is added', { ...requantize, bias: [0, 0, 0] }],
        [
          'bad_bias_after_scaling',
          'the bias is added to the result',
          () => accumulators.map((value, index) => clampTo(Number(scaled(value, index)) + requantize.bias[index % 3]!)),
        ],
        [
          'bad_channel_order',
          'biases and multipliers of the first channel for all',
          {
            ...requantize,
            bias: [1000, 1000, 1000],
            how: { ...requantization, multipliers: [1518500250, 1518500250, 1518500250] },
          },
        ],
        [
          'bad_rounding_down',
          'nothing is added before the shift',
          () =>
            accumulators.map((value, index) =>
              clampTo(
                Number(
                  (BigInt(value + requantize.bias[index % 3]!) * BigInt(requantization.multipliers[index % 3]!)) >> 38n,
                ),
              ),
            ),
        ],
        [
          'bad_wrapped_8',
          'results wrap in place of being cut',
          () => accumulators.map((value, index) => wrapped(scaled(value + requantize.bias[index % 3]!, index))),
        ],
        ['bad_wrong_shift', 'one bit too many', { ...requantize, how: { ...requantization, shift: 39 } }],
      ],
    },
    {
      name: 'requantize, largest shift',
      operation: { kind: 'requantize', bias: [0], how: { multipliers: [2 ** 31 - 1], shift: 62, ...INT8 } },
      inputs: [[2 ** 31 - 1, -(2 ** 31), 0, 2 ** 30, 2 ** 30 - 1, -(2 ** 30), -(2 ** 30) - 2]],
      wrongs: [],
    },
    {
      name: 'add a bias only',
      operation: { kind: 'addBias', bias: [5, -1000000] },
      inputs: [numbers.list(8, -(2 ** 30), 2 ** 30)],
      wrongs: [['bad_ignored_bias', 'no bias is added', { kind: 'addBias', bias: [0, 0] }]],
    },
  ];
}

function addCases(numbers: Numbers): OperationCase[] {
  const [a, b] = [numbers.list(16, -128, 127), numbers.list(16, -128, 127)];
  const add = { kind: 'add', multipliers: [1, 1], shift: 1, ...INT8 } as const;
  const operation = { ...add, multipliers: [...add.multipliers] };
  const scaled = { ...operation, multipliers: [1073741824, 805306368], shift: 30 };
  const round = (value: number): number => Math.floor(value / 2 + 0.5);
  return [
    {
      name: 'add with one rounding',
      operation,
      inputs: [a, b],
      wrongs: [
        [
          'bad_double_rounding',
          'each summand is rounded by itself',
          () => a.map((value, index) => clampTo(round(value) + round(b[index]!))),
        ],
      ],
    },
    {
      name: 'add with two scales',
      operation: scaled,
      inputs: [a, b],
      wrongs: [
        ['bad_swapped_operands', 'the multipliers change places', { ...scaled, multipliers: [805306368, 1073741824] }],
        ['bad_missing_clamp', 'the sum is not cut to the range', { ...scaled, minimum: -32768, maximum: 32767 }],
      ],
    },
  ];
}

/** Every case. */
export function operationCases(numbers: Numbers): OperationCase[] {
  return [
    ...scaleCases(numbers),
    ...addCases(numbers),
    ...poolCases(numbers),
    ...shapeCases(numbers),
    ...furtherCases(numbers),
    ...normalizationCases(numbers),
  ];
}
