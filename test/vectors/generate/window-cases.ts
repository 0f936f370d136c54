/** Pooling, padding, concatenation and softmax: inputs for them, and how implementations get them wrong. */
import type { Numbers } from './numbers.js';
import type { OperationCase } from './operation-cases.js';

const INT8 = { minimum: -128, maximum: 127 };

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
