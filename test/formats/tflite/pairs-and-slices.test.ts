/** MUL, SUB, MAXIMUM, MINIMUM, TRANSPOSE, STRIDED_SLICE, RESIZE_*, and broadcasting: against real numbers and nested loops. */

import * as fc from 'fast-check';
import type { Builder } from 'flatbuffers';
import * as assert from 'uvu/assert';
import { ActivationFunctionType } from '../../../src/formats/tflite/generated/activation-function-type.js';
import { BuiltinOperator } from '../../../src/formats/tflite/generated/builtin-operator.js';
import { BuiltinOptions } from '../../../src/formats/tflite/generated/builtin-options.js';
import { MulOptions } from '../../../src/formats/tflite/generated/mul-options.js';
import { ResizeBilinearOptions } from '../../../src/formats/tflite/generated/resize-bilinear-options.js';
import { ResizeNearestNeighborOptions } from '../../../src/formats/tflite/generated/resize-nearest-neighbor-options.js';
import { StridedSliceOptions } from '../../../src/formats/tflite/generated/strided-slice-options.js';
import { SubOptions } from '../../../src/formats/tflite/generated/sub-options.js';
import { importTflite } from '../../../src/formats/tflite/import.js';
import { ModelError } from '../../../src/model/errors.js';
import { aQuantizedNetwork } from '../../../src/operations/validate-network.js';
import { evaluate, type QuantizedNetwork } from '../../../src/reference/index.js';
import { check, suite } from '../../suite.js';
import { damage } from './damaged.js';
import { buildTflite, codes, integers, type OperatorSpec, type TensorSpec } from './model-builder.js';
import { add, convolution, plain } from './operators.js';

const test = suite('tflite further operators');
const { MAXIMUM, MINIMUM, MUL, RELU, RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR, STRIDED_SLICE, SUB, TRANSPOSE } =
  BuiltinOperator;

function withOptions(
  code: BuiltinOperator,
  inputs: readonly number[],
  output: number,
  type: BuiltinOptions,
  create: (builder: Builder) => number,
): OperatorSpec {
  return { code, inputs, outputs: [output], options: [type, create] };
}

const multiply = (inputs: number[], output: number, activation = ActivationFunctionType.NONE): OperatorSpec =>
  withOptions(MUL, inputs, output, BuiltinOptions.MulOptions, (b) => MulOptions.createMulOptions(b, activation));
const subtract = (inputs: number[], output: number, activation = ActivationFunctionType.NONE): OperatorSpec =>
  withOptions(SUB, inputs, output, BuiltinOptions.SubOptions, (b) => SubOptions.createSubOptions(b, activation));
const slice = (inputs: number[], output: number, begin = 0, end = 0, shrink = 0, other = 0): OperatorSpec =>
  withOptions(STRIDED_SLICE, inputs, output, BuiltinOptions.StridedSliceOptions, (b) =>
    StridedSliceOptions.createStridedSliceOptions(b, begin, end, other, 0, shrink, false),
  );
const bilinear = (inputs: number[], output: number, corners = false, half = false): OperatorSpec =>
  withOptions(RESIZE_BILINEAR, inputs, output, BuiltinOptions.ResizeBilinearOptions, (b) =>
    ResizeBilinearOptions.createResizeBilinearOptions(b, corners, half),
  );
const nearest = (inputs: number[], output: number, corners = false, half = false): OperatorSpec =>
  withOptions(RESIZE_NEAREST_NEIGHBOR, inputs, output, BuiltinOptions.ResizeNearestNeighborOptions, (b) =>
    ResizeNearestNeighborOptions.createResizeNearestNeighborOptions(b, corners, half),
  );

function load(tensors: readonly TensorSpec[], operators: readonly OperatorSpec[]): QuantizedNetwork {
  return importTflite(buildTflite({ tensors, operators }), 'test');
}

/** Stored codes in, stored codes of the only output out. */
function run(network: QuantizedNetwork, input: readonly number[]): number[] {
  const zero = (id: number): number => (network.tensors[id] as { zeroPoint: number }).zeroPoint;
  const output = network.tensors[network.outputs[0]!]! as { minimum: number; maximum: number };
  const [y] = evaluate(
    network,
    input.map((code) => BigInt(code - zero(network.input))),
  );
  for (const c of y!) assert.ok(output.minimum <= Number(c) && Number(c) <= output.maximum, 'outside its stated range');
  return y!.map((c) => Number(c) + zero(network.outputs[0]!));
}

const bytes = (length: number) => fc.array(fc.nat(255), { minLength: length, maxLength: length });
const quantization = fc.record({ scale: fc.constantFrom(0.02, 0.1, 0.37, 1), zero: fc.nat(255) });

/** The code that stands for a real number; either neighbour when it is as good as halfway between them. */
function near(code: number, real: number, { scale, zero }: { scale: number; zero: number }): boolean {
  const exact = Math.min(255, Math.max(0, real / scale + zero));
  return Math.abs(code - exact) <= 0.5 + 1e-6;
}

test('pairs of two scales into a third are the nearest codes', () =>
  check(
    fc.property(
      fc.constantFrom('mul', 'sub', 'max', 'min'),
      quantization,
      quantization,
      quantization,
      bytes(8),
      fc.boolean(),
      (kind, qa, qb, qc, input, swapped) => {
        // b is the ReLU of a, at a scale of its own.
        const tensors = [
          codes([1, 8], qa.scale, qa.zero),
          codes([1, 8], qb.scale, qb.zero),
          codes([1, 8], qc.scale, qc.zero),
        ];
        const inputs = swapped ? [1, 0] : [0, 1];
        const operator = {
          mul: multiply(inputs, 2),
          sub: subtract(inputs, 2),
          max: plain(MAXIMUM, inputs, 2),
          min: plain(MINIMUM, inputs, 2),
        }[kind as 'mul'];
        const found = run(load(tensors, [plain(RELU, [0], 1), operator]), input);
        const b = run(load(tensors.slice(0, 2), [plain(RELU, [0], 1)]), input);
        found.forEach((code, index) => {
          const left = (input[index]! - qa.zero) * qa.scale;
          const right = (b[index]! - qb.zero) * qb.scale;
          const [x, y] = swapped ? [right, left] : [left, right];
          const real = { mul: x * y, sub: x - y, max: Math.max(x, y), min: Math.min(x, y) }[kind as 'mul'];
          assert.ok(near(code, real, qc), `${kind}(${x}, ${y}) became ${(code - qc.zero) * qc.scale}`);
        });
      },
    ),
    300,
  ));

test('fused activations clamp', () => {
  const q = [codes([1, 3], 0.1, 100), codes([1, 3], 0.1, 100)];
  assert.equal(run(load(q, [multiply([0, 0], 1, ActivationFunctionType.RELU6)]), [0, 100, 255]), [160, 100, 160]);
  assert.equal(run(load(q, [subtract([0, 0], 1, ActivationFunctionType.RELU)]), [0, 100, 255]), [100, 100, 100]);
});

test('tensors with axes of size one are repeated', () => {
  // The channels' gate of a squeeze-and-excitation block: [1, 1, 2] with [2, 3, 2].
  const tensors = [codes([1, 2, 3, 2], 1, 0), integers([0, 1, 1, 0]), integers([1, 2, 2, 2]), integers([1, 1, 1, 1])];
  const cut = slice([0, 1, 2, 3], 4);
  const input = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const gate = [9, 10];
  const rest = [codes([1, 1, 1, 2], 1, 0), codes([1, 2, 3, 2], 1, 0)];
  const expect = (operator: OperatorSpec, of: (x: number, g: number) => number): void => {
    const expected = input.map((x, index) => of(x, gate[index % 2]!));
    // Row 1, column 1 is [9, 10].
    const placed = [...tensors.slice(0, 1), integers([0, 1, 1, 0]), ...tensors.slice(2), ...rest];
    assert.equal(run(load(placed, [cut, operator]), input), expected);
  };
  expect(multiply([4, 0], 5), (x, g) => x * g);
  expect(add([0, 4], 5), (x, g) => x + g);
  expect(plain(MAXIMUM, [0, 4], 5), Math.max);
  expect(plain(MINIMUM, [4, 0], 5), Math.min);
});

test('transpositions', () =>
  check(
    fc.property(
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      fc.shuffledSubarray([1, 2, 3], { minLength: 3 }),
      (shape, order) => {
        const input = Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, index) => index);
        const to = order.map((axis) => shape[axis - 1]!);
        const tensors = [codes([1, ...shape], 1, 0), integers([0, ...order]), codes([1, ...to], 1, 0)];
        const expected: number[] = [];
        for (let i = 0; i < to[0]!; i++) {
          for (let j = 0; j < to[1]!; j++) {
            for (let k = 0; k < to[2]!; k++) {
              const at = [0, 0, 0];
              [i, j, k].forEach((place, axis) => {
                at[order[axis]! - 1] = place;
              });
              expected.push(input[(at[0]! * shape[1] + at[1]!) * shape[2] + at[2]!]!);
            }
          }
        }
        assert.equal(run(load(tensors, [plain(TRANSPOSE, [0, 1], 2)]), input), expected);
      },
    ),
  ));

/** The entries Python's x[begin:end:step] gives, None as null. */
function python(size: number, begin: number | null, end: number | null, step: number): number[] {
  const bound = (value: number): number => {
    const place = value < 0 ? value + size : value;
    return step > 0 ? Math.min(Math.max(place, 0), size) : Math.min(Math.max(place, -1), size - 1);
  };
  const start = begin === null ? (step > 0 ? 0 : size - 1) : bound(begin);
  const stop = end === null ? (step > 0 ? size : -1) : bound(end);
  const places: number[] = [];
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) places.push(at);
  return places;
}

const place = fc.integer({ min: -7, max: 7 });
const along = fc.record({
  size: fc.integer({ min: 1, max: 6 }),
  begin: place,
  end: place,
  step: fc.constantFrom(1, 1, 2, 3, -1, -2),
  open: fc.boolean(),
  full: fc.boolean(),
});

test('slices with steps, masks, and axes that are dropped, as in Python', () =>
  check(
    fc.property(along, along, fc.boolean(), (rows, columns, drop) => {
      const shape = [rows.size, columns.size, 2];
      const input = Array.from({ length: shape[0]! * shape[1]! * 2 }, (_, index) => index);
      const of = ({ size, begin, end, step, open, full }: typeof rows): number[] =>
        python(size, open ? null : begin, full ? null : end, step);
      const [chosen, across] = [of(rows), of(columns)];
      const lists = [
        [0, rows.begin, columns.begin, 0],
        [1, rows.end, columns.end, 2],
        [1, rows.step, columns.step, 1],
      ];
      const mask = (key: 'open' | 'full'): number => (rows[key] ? 2 : 0) | (columns[key] ? 4 : 0);
      const one = drop ? (columns.begin < 0 ? columns.begin + columns.size : columns.begin) : null;
      const dropping = one !== null && !columns.open;
      const taken = dropping ? [one] : across;
      const to = dropping ? [1, chosen.length, 2] : [1, chosen.length, across.length, 2];
      const operator = slice([0, 1, 2, 3], 4, mask('open'), mask('full'), dropping ? 4 : 0);
      const tensors = [
        codes([1, ...shape], 1, 0),
        ...lists.map((list) => integers(list)),
        codes(
          to.map((size) => Math.max(1, size)),
          1,
          0,
        ),
      ];
      const impossible = chosen.length === 0 || taken.length === 0 || taken.some((at) => at < 0 || at >= columns.size);
      if (impossible) {
        assert.throws(
          () => load(tensors, [operator]),
          (error: unknown) => error instanceof ModelError,
        );
        return;
      }
      const expected = chosen.flatMap((y) =>
        taken.flatMap((z) => [0, 1].map((c) => input[(y * columns.size + z) * 2 + c]!)),
      );
      assert.equal(run(load(tensors, [operator]), input), expected);
    }),
    400,
  ));

const modes = fc.constantFrom([false, false], [true, false], [false, true]);
const size = fc.integer({ min: 1, max: 6 });

test('nearest resizing takes the nearest entry of the grid', () =>
  check(
    fc.property(size, size, size, size, modes, (height, width, rows, columns, [corners, half]) => {
      const input = Array.from({ length: height * width }, (_, index) => index);
      const tensors = [
        codes([1, height, width, 1], 1, 0),
        integers([rows, columns]),
        codes([1, rows, columns, 1], 1, 0),
      ];
      const found = run(load(tensors, [nearest([0, 1], 2, corners, half)]), input);
      const at = (place: number, from: number, to: number): number[] => {
        const ratio = corners && to > 1 ? (from - 1) / (to - 1) : from / to;
        const real = (place + (half ? 0.5 : 0)) * ratio + (corners ? 0.5 : 0);
        // Where the grid falls exactly on an edge, single precision decides.
        return [real - 1e-5, real + 1e-5].map((value) => Math.min(from - 1, Math.max(0, Math.floor(value))));
      };
      found.forEach((code, index) => {
        const ys = at(Math.floor(index / columns), height, rows);
        const xs = at(index % columns, width, columns);
        assert.ok(ys.some((y) => xs.some((x) => code === y * width + x)));
      });
    }),
    300,
  ));

test('bilinear resizing is within a code of real interpolation, and exact where the grids agree', () =>
  check(
    fc.property(size, size, size, size, modes, fc.nat(), (height, width, rows, columns, [corners, half], salt) => {
      const input = Array.from(
        { length: height * width },
        (_, index) => Math.abs(Math.imul(index + 1, salt | 1) >> 3) % 256,
      );
      const tensors = [
        codes([1, height, width, 1], 0.5, 7),
        integers([rows, columns]),
        codes([1, rows, columns, 1], 0.5, 7),
      ];
      const found = run(load(tensors, [bilinear([0, 1], 2, corners, half)]), input);
      const between = (place: number, from: number, to: number): [number, number, number] => {
        const ratio = corners && to > 1 ? (from - 1) / (to - 1) : from / to;
        const real = Math.max(0, half ? (place + 0.5) * ratio - 0.5 : place * ratio);
        const lower = Math.min(from - 1, Math.floor(real));
        return [lower, Math.min(from - 1, lower + 1), real - lower];
      };
      found.forEach((code, index) => {
        const [top, bottom, down] = between(Math.floor(index / columns), height, rows);
        const [left, right, across] = between(index % columns, width, columns);
        const entry = (y: number, x: number): number => input[y * width + x]!;
        const above = entry(top, left) * (1 - across) + entry(top, right) * across;
        const below = entry(bottom, left) * (1 - across) + entry(bottom, right) * across;
        // Places have ten bits, and each of up to six steps may be off by half of the last one.
        const real = above * (1 - down) + below * down;
        assert.ok(Math.abs(code - real) <= 0.5 + (2 * 255 * 6) / 1024, `${real} became ${code}`);
      });
      if (rows === height && columns === width) assert.equal(found, input);
    }),
    300,
  ));

test('what makes no sense is refused with the operator and the reason', () => {
  const refused = (tensors: readonly TensorSpec[], operator: OperatorSpec, message: RegExp): void => {
    assert.throws(
      () => load(tensors, [operator]),
      (error: unknown) =>
        error instanceof ModelError && /operator 0/.test(error.message) && message.test(error.message),
    );
  };
  const image = codes([1, 2, 3, 2], 1, 0);
  refused([image, integers([1, 0, 2, 3]), image], plain(TRANSPOSE, [0, 1], 2), /order of axes/);
  refused([image, integers([0, 1, 1, 3]), image], plain(TRANSPOSE, [0, 1], 2), /order of axes/);
  refused([image, integers([2, 3]), codes([1, 2, 3, 2], 0.5, 0)], nearest([0, 1], 2), /same scale/);
  refused([image, integers([4, 3]), image], nearest([0, 1], 2), /4x3x2/);
  refused([image, integers([2, -3]), image], bilinear([0, 1], 2), /positive/);
  refused([image, integers([2, 3]), image], bilinear([0, 1], 2, true, true), /aligned corners/);
  refused([image, codes([1, 4], 1, 0), image], subtract([0, 1], 2), /before it is computed/);
  const four = [image, integers([0, 0, 0, 0]), integers([1, 2, 3, 2]), integers([1, 1, 0, 1]), image];
  refused(four, slice([0, 1, 2, 3], 4), /step is 0/);
  const ellipsis = [...four.slice(0, 3), integers([1, 1, 1, 1]), image];
  refused(ellipsis, slice([0, 1, 2, 3], 4, 0, 0, 0, 1), /ellipses/);
  refused(
    [image, integers([2 ** 24, 3]), codes([1, 2 ** 24, 3, 2], 1, 0)],
    nearest([0, 1], 2),
    /not supported here|same weights/,
  );
});

/** One of every operator, behind a linear layer, so that the whole is a network. */
const everything = buildTflite({
  tensors: [
    codes([1, 4, 4, 2], 0.5, 3),
    codes([2, 1, 1, 2], 0.25, 7, { data: [1, 50, 100, 200] }),
    integers([5, -6]),
    codes([1, 4, 4, 2], 1, 4),
    codes([1, 4, 4, 2], 1, 4),
    codes([1, 4, 4, 2], 0.5, 9),
    codes([1, 4, 4, 2], 0.5, 9),
    codes([1, 4, 4, 2], 0.5, 9),
    integers([0, 2, 1, 3]),
    codes([1, 4, 4, 2], 0.5, 9),
    integers([0, 0, 3, 0]),
    integers([1, 4, 0, 2]),
    integers([1, 2, -1, 1]),
    codes([1, 2, 3, 2], 0.5, 9),
    integers([5, 3]),
    codes([1, 5, 3, 2], 0.5, 9),
    integers([4, 4]),
    codes([1, 4, 4, 2], 0.5, 9),
  ],
  operators: [
    convolution([0, 1, 2], 3),
    multiply([3, 3], 4),
    subtract([4, 3], 5),
    plain(MAXIMUM, [5, 4], 6),
    plain(MINIMUM, [6, 5], 7),
    plain(TRANSPOSE, [7, 8], 9),
    slice([9, 10, 11, 12], 13),
    nearest([13, 14], 15),
    bilinear([15, 16], 17),
  ],
});

test('10,000 damaged files give a well-formed network or a ModelError', async () => {
  assert.is(aQuantizedNetwork(importTflite(everything, 'whole')).operations.length, 10);
  await damage(everything);
});
