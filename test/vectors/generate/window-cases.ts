/** Pooling, padding, concatenation and softmax: inputs for them, and how implementations get them wrong. */
import { pad, pool } from '../../../src/reference/index.js';
import type { OperationVector, PoolingVector } from '../shapes/operations.js';
import { integers, type Numbers, plain } from './numbers.js';
import type { OperationCase } from './operation-cases.js';

type Softmax = OperationVector & { kind: 'softmax' };

const INT8 = { minimum: -128, maximum: 127 };

/** Pooling as those do it for whom the border is zeros like any others. */
function bordered(how: PoolingVector, x: number[]): number[] {
  const { shape, padding } = how;
  const around = {
    height: shape.height + padding.top + padding.bottom,
    width: shape.width + padding.left + padding.right,
    channels: shape.channels,
  };
  const none = { top: 0, bottom: 0, left: 0, right: 0 };
  const within = { name: '', input: 0, output: 1, ...how, padding: none };
  return plain(pool(pad(integers(x), shape, padding), around, within));
}

export function poolCases(numbers: Numbers): OperationCase[] {
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
      wrongs: [['bad_pool_divides_by_window', 'the border counts as zeros', () => bordered(average, any)]],
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
        ['bad_max_pool_zero_border', 'the border takes part as zeros', () => bordered(maximum, negative)],
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

/** Softmax with quotients rounded down. */
function cut(scores: number[], { width, exponentials, unit, maximum }: Softmax): number[] {
  return scores.map((score, index) => {
    const start = index - (index % width);
    const row = scores.slice(start, start + width);
    const largest = Math.max(...row);
    const weight = (value: number): bigint => BigInt(exponentials[largest - value]!);
    const sum = row.reduce((total, value) => total + weight(value), 0n);
    return Math.min(maximum, Number((weight(score) * BigInt(unit)) / sum));
  });
}

export function shapeCases(numbers: Numbers): OperationCase[] {
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
  const scores = [0, 0, 0, 0, 127, -128, 0, 10, -128, -128, -127, -128, 5, 9, 13, 17];
  const exponentials = Array.from({ length: 256 }, (_, at) => Math.round(2 ** (30 - at / 8)));
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
      inputs: [scores],
      wrongs: [
        ['bad_missing_clamp', 'a probability of one is 256', { ...operation, maximum: 32767 }],
        ['bad_softmax_whole', 'one softmax over everything', { ...operation, width: 16 }],
        ['bad_rounding_down', 'the quotient is cut', () => cut(scores, operation)],
      ],
    },
  ];
}
