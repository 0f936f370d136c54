/** Moving, combining and interpolating entries: inputs for them, and how implementations get them wrong. */

import type { Numbers } from './numbers.js';
import type { OperationCase } from './operation-cases.js';

const INT8 = { minimum: -128, maximum: 127 };

/** Rounded to the nearest integer, halves away from zero. */
function halfAway(value: bigint, shift: number): number {
  const size = value < 0n ? -value : value;
  const rounded = Number((size + (1n << BigInt(shift - 1))) >> BigInt(shift));
  return value < 0n ? 0 - rounded : rounded;
}

const clampTo = (value: number): number => Math.max(-128, Math.min(127, value));

function pairCases(numbers: Numbers): OperationCase[] {
  const a = [...numbers.list(6, -128, 127), -128, 127, 5, -5, 3, -3];
  const b = [...numbers.list(6, -128, 127), -128, 127, 2, 2, -2, 2];
  const multiply = { kind: 'multiply', multiplier: 3, shift: 2, ...INT8 } as const;
  const subtract = { kind: 'subtract', multipliers: [1, 3], shift: 1, ...INT8 } as const;
  const exact = { ...subtract, multipliers: [...subtract.multipliers] };
  const larger = { kind: 'larger', minimum: 0, maximum: 100 } as const;
  return [
    {
      name: 'multiply',
      operation: multiply,
      inputs: [a, b],
      wrongs: [
        ['bad_missing_clamp', 'the range of 16 bits', { ...multiply, minimum: -32768, maximum: 32767 }],
        [
          'bad_rounding_half_away',
          'halves go away from zero',
          () => a.map((value, index) => clampTo(halfAway(BigInt(value * b[index]! * 3), 2))),
        ],
        [
          'bad_rounding_down',
          'the product is cut',
          () => a.map((value, index) => clampTo((value * b[index]! * 3) >> 2)),
        ],
      ],
    },
    {
      name: 'subtract',
      operation: exact,
      inputs: [a, b],
      wrongs: [
        [
          'bad_rounding_half_away',
          'halves go away from zero',
          () => a.map((value, index) => clampTo(halfAway(BigInt(value - b[index]! * 3), 1))),
        ],
        ['bad_missing_clamp', 'the range of 16 bits', { ...exact, minimum: -32768, maximum: 32767 }],
      ],
    },
    {
      name: 'the larger',
      operation: larger,
      inputs: [a, b],
      wrongs: [['bad_missing_clamp', 'both ends are forgotten', { ...larger, ...INT8 }]],
    },
    { name: 'the smaller', operation: { kind: 'smaller', ...INT8 }, inputs: [a, b], wrongs: [] },
  ];
}

/** See the file's head. */
export function furtherCases(numbers: Numbers): OperationCase[] {
  const image = numbers.list(12, -128, 127);
  const turned = {
    kind: 'take' as const,
    offsets: [
      [0, 2, 4],
      [0, 6],
      [0, 1],
    ],
  };
  const halves = { lower: [0, 0, 1], upper: [0, 1, 1], weights: [0, 512, 0] };
  const thirds = { lower: [0, 0, 1, 1], upper: [0, 1, 2, 2], weights: [0, 683, 341, 1024] };
  const shape = { height: 2, width: 3, channels: 2 };
  const resize = { kind: 'interpolate' as const, rows: halves, columns: thirds, shape };
  const squares = { kind: 'lookup' as const, minimum: -3, table: [9, 4, 1, 0, 1, 4, 9, 16] };
  const odd = [1, 2, 0, 1, 3, 3, -2, -1, -3, -2, 0, 0];
  return [
    {
      name: 'rows and columns exchanged',
      operation: turned,
      inputs: [image],
      wrongs: [
        ['bad_wrong_axis', 'rows and channels in place of them', { ...turned, offsets: [...turned.offsets].reverse() }],
      ],
    },
    {
      name: 'every other column, backwards and twice',
      operation: {
        kind: 'take',
        offsets: [
          [0, 6],
          [4, 4, 0, 0],
          [0, 1],
        ],
      },
      inputs: [image],
      wrongs: [],
    },
    ...pairCases(numbers),
    {
      name: 'bilinear resizing',
      operation: resize,
      inputs: [odd],
      wrongs: [
        [
          'bad_truncated_division',
          'towards zero, after adding a half',
          (output) => output.map((value) => (value < 0 ? value + 1 : value)),
        ],
        [
          'bad_wrong_axis',
          'the weights of the columns exchanged',
          { ...resize, columns: { ...thirds, weights: thirds.weights.map((weight) => 1024 - weight) } },
        ],
      ],
    },
    {
      name: 'squares, from a table',
      operation: squares,
      inputs: [[-3, 4, 0, -1, 2, 1, -2, 3]],
      wrongs: [
        [
          'bad_table_place',
          'the table read from its middle',
          { ...squares, table: [...squares.table.slice(3), 0, 0, 0] },
        ],
        ['bad_table_place', 'the table read backwards', { ...squares, table: squares.table.toReversed() }],
      ],
    },
  ];
}
