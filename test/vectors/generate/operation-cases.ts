/** Trusted operations, inputs for them, and how implementations get them wrong. */
import type { OperationVector } from '../shapes/operations.js';
import type { Numbers } from './numbers.js';

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
          () =>
            accumulators.map((value, index) =>
              clampTo(
                Number((BigInt(value) * BigInt(requantization.multipliers[index % 3]!) + 2n ** 37n) >> 38n) +
                  requantize.bias[index % 3]!,
              ),
            ),
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
          (output) => output.map((value) => (value === 127 ? -1 : value)),
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

function poolCases(numbers: Numbers): OperationCase[] {
  const shape = { height: 4, width: 5, channels: 2 };
  const negative = numbers.list(40, -128, -1);
  const any = numbers.list(40, -128, 127);
  const common = {
    window: { height: 3, width: 3 },
    stride: { y: 2, x: 2 },
    padding: { top: 0, bottom: 1, left: 1, right: 1 },
    shape,
    ...INT8,
  };
  const average = { kind: 'averagePool', ...common } as const;
  const maximum = { kind: 'maxPool', ...common } as const;
  const pair = {
    kind: 'averagePool',
    window: { height: 1, width: 2 },
    stride: { y: 1, x: 2 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    shape: { height: 1, width: 8, channels: 1 },
    ...INT8,
  } as const;
  const pairs = [-1, 0, -2, -1, 1, 0, 3, 4];
  return [
    {
      name: 'average pool cut at the border',
      operation: average,
      inputs: [any],
      wrongs: [
        [
          'bad_pool_divides_by_window',
          'the border counts as zeros',
          (output) =>
            output.map((value, index) => ([0, 1, 4, 5].includes(index) ? Math.floor((value * 6) / 9 + 0.5) : value)),
        ],
      ],
    },
    {
      name: 'average pool of negative halves',
      operation: pair,
      inputs: [pairs],
      wrongs: [
        ['bad_rounding_half_down', 'halves go down', () => [-1, -2, 0, 3]],
        ['bad_truncated_division', 'towards zero', () => [0, -1, 0, 3]],
      ],
    },
    {
      name: 'maximum pool of negative entries',
      operation: maximum,
      inputs: [negative],
      wrongs: [
        [
          'bad_max_pool_zero_border',
          'the border takes part as zeros',
          (output) => output.map((value, index) => ([0, 1, 4, 5].includes(index) ? 0 : value)),
        ],
        [
          'bad_wrong_padding',
          'the padding is on the opposite side',
          { ...maximum, padding: { top: 1, bottom: 0, left: 1, right: 1 } },
        ],
        ['bad_swapped_pool', 'the average in place of the maximum', average],
      ],
    },
    {
      name: 'global average',
      operation: {
        ...average,
        window: { height: 4, width: 5 },
        stride: { y: 1, x: 1 },
        padding: { top: 0, bottom: 0, left: 0, right: 0 },
      },
      inputs: [any],
      wrongs: [],
    },
  ];
}

function shapeCases(numbers: Numbers): OperationCase[] {
  const pad = {
    kind: 'pad',
    padding: { top: 1, bottom: 0, left: 0, right: 2 },
    shape: { height: 2, width: 2, channels: 2 },
  } as const;
  const concat = {
    kind: 'concat',
    axis: 2,
    shapes: [
      [2, 2, 1],
      [2, 2, 3],
    ],
  } as const;
  const shapes = concat.shapes.map((shape) => [...shape]);
  const [a, b] = [numbers.list(4, -128, 127), numbers.list(12, -128, 127)];
  const exponentials = Array.from({ length: 256 }, (_, at) => Math.round(2 ** (30 - at / 16)));
  const softmax = { kind: 'softmax', width: 4, exponentials, unit: 256, minimum: 0, maximum: 255 } as const;
  const operation = { ...softmax, exponentials: [...exponentials] };
  return [
    {
      name: 'pad with zeros',
      operation: pad,
      inputs: [numbers.list(8, 1, 127)],
      wrongs: [
        [
          'bad_wrong_padding',
          'the padding is on the opposite sides',
          { ...pad, padding: { top: 0, bottom: 1, left: 2, right: 0 } },
        ],
        [
          'bad_padding_with_minimum',
          'the smallest code in place of zero',
          (output) => output.map((value) => (value === 0 ? -128 : value)),
        ],
      ],
    },
    {
      name: 'concatenate channels',
      operation: { ...concat, shapes },
      inputs: [a, b],
      wrongs: [['bad_wrong_axis', 'one after the other', { ...concat, shapes, axis: 0 }]],
    },
    {
      name: 'concatenate rows',
      operation: {
        kind: 'concat',
        axis: 0,
        shapes: [
          [2, 2, 1],
          [6, 2, 1],
        ],
      },
      inputs: [a, b],
      wrongs: [],
    },
    {
      name: 'softmax',
      operation,
      inputs: [[0, 0, 0, 0, 127, -128, 0, 100, -128, -128, -127, -128, 5, 9, 13, 17]],
      wrongs: [
        ['bad_missing_clamp', 'a probability of one is 256', { ...operation, unit: 255 }],
        ['bad_softmax_whole', 'one softmax over everything', { ...operation, width: 16 }],
        [
          'bad_rounding_down',
          'the quotient is cut',
          (output) => output.map((value, index) => (index === 12 ? value - 1 : value)),
        ],
      ],
    },
  ];
}

/** Every case. */
export function operationCases(numbers: Numbers): OperationCase[] {
  return [...scaleCases(numbers), ...addCases(numbers), ...poolCases(numbers), ...shapeCases(numbers)];
}
