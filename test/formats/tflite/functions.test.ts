/** Functions, constants in pairs, L2_POOL_2D, SPLIT and its kin, blocks and TRANSPOSE_CONV: against real numbers and nested loops. */
import * as fc from 'fast-check';
import type { Builder } from 'flatbuffers';
import * as assert from 'uvu/assert';
import { ActivationFunctionType } from '../../../src/formats/tflite/generated/activation-function-type.js';
import { BuiltinOperator } from '../../../src/formats/tflite/generated/builtin-operator.js';
import { BuiltinOptions } from '../../../src/formats/tflite/generated/builtin-options.js';
import { DepthToSpaceOptions } from '../../../src/formats/tflite/generated/depth-to-space-options.js';
import { LeakyReluOptions } from '../../../src/formats/tflite/generated/leaky-relu-options.js';
import { MulOptions } from '../../../src/formats/tflite/generated/mul-options.js';
import { Padding } from '../../../src/formats/tflite/generated/padding.js';
import { Pool2DOptions } from '../../../src/formats/tflite/generated/pool2doptions.js';
import { SpaceToDepthOptions } from '../../../src/formats/tflite/generated/space-to-depth-options.js';
import { SubOptions } from '../../../src/formats/tflite/generated/sub-options.js';
import { TransposeConvOptions } from '../../../src/formats/tflite/generated/transpose-conv-options.js';
import { UnpackOptions } from '../../../src/formats/tflite/generated/unpack-options.js';
import { importTflite } from '../../../src/formats/tflite/import.js';
import { ModelError } from '../../../src/model/errors.js';
import { aQuantizedNetwork } from '../../../src/operations/validate-network.js';
import { evaluate, type QuantizedNetwork } from '../../../src/reference/index.js';
import { check, suite } from '../../suite.js';
import { damage } from './damaged.js';
import { buildTflite, codes, integers, type OperatorSpec, type TensorSpec } from './model-builder.js';
import { add, convolution, plain } from './operators.js';

const test = suite('tflite functions and constants');
const { ABS, ADD, ELU, EXP, HARD_SWISH, L2_POOL_2D, LEAKY_RELU, LOG, LOGISTIC, MAXIMUM, MINIMUM, MUL, NEG } =
  BuiltinOperator;
const { RELU_0_TO_1, RSQRT, SLICE, SPLIT, SPLIT_V, SQRT, SUB, TANH, TRANSPOSE_CONV, UNPACK } = BuiltinOperator;
const { DEPTH_TO_SPACE, SPACE_TO_DEPTH } = BuiltinOperator;
const { NONE, RELU } = ActivationFunctionType;

type Options = readonly [BuiltinOptions, (builder: Builder) => number];

const operator = (code: BuiltinOperator, inputs: number[], outputs: number[], options?: Options): OperatorSpec => ({
  code,
  inputs,
  outputs,
  ...(options === undefined ? {} : { options }),
});

function load(
  tensors: readonly TensorSpec[],
  operators: readonly OperatorSpec[],
  outputs?: number[],
): QuantizedNetwork {
  return importTflite(buildTflite({ tensors, operators, ...(outputs === undefined ? {} : { outputs }) }), 'test');
}

/** Stored codes in, stored codes of every output out. */
function run(network: QuantizedNetwork, input: readonly number[]): number[][] {
  const zero = (id: number): number => (network.tensors[id] as { zeroPoint: number }).zeroPoint;
  const results = evaluate(
    network,
    input.map((code) => BigInt(code - zero(network.input))),
  );
  return results.map((values, at) => {
    const id = network.outputs[at]!;
    const { minimum, maximum } = network.tensors[id]! as { minimum: number; maximum: number };
    for (const c of values) assert.ok(minimum <= Number(c) && Number(c) <= maximum, 'outside its stated range');
    return values.map((c) => Number(c) + zero(id));
  });
}

const bytes = (length: number) => fc.array(fc.nat(255), { minLength: length, maxLength: length });
const quantization = fc.record({ scale: fc.constantFrom(0.02, 0.1, 0.37, 1), zero: fc.nat(255) });
type Quantization = { scale: number; zero: number };

/** The code that stands for a real number; either neighbour when it is as good as halfway between them. */
function near(code: number, real: number, { scale, zero }: Quantization, slack = 1e-6): boolean {
  const exact = Math.min(255, Math.max(0, real / scale + zero));
  return Math.abs(code - exact) <= 0.5 + slack;
}

const leaky: Options = [BuiltinOptions.LeakyReluOptions, (b) => LeakyReluOptions.createLeakyReluOptions(b, 0.25)];
const functions: readonly (readonly [BuiltinOperator, (x: number) => number, Options?])[] = [
  [ABS, Math.abs],
  [ELU, (x) => (x > 0 ? x : Math.expm1(x))],
  [EXP, Math.exp],
  [HARD_SWISH, (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6],
  [LEAKY_RELU, (x) => (x > 0 ? x : x / 4), leaky],
  [LOG, (x) => (x < 0 ? 0 : Math.log(x))],
  [LOGISTIC, (x) => 1 / (1 + Math.exp(-x))],
  [NEG, (x) => -x],
  [RELU_0_TO_1, (x) => Math.min(1, Math.max(0, x))],
  [RSQRT, (x) => (x < 0 ? 0 : 1 / Math.sqrt(x))],
  [SQRT, (x) => (x < 0 ? 0 : Math.sqrt(x))],
  [TANH, Math.tanh],
];

test('functions give the nearest code', () =>
  check(
    fc.property(
      fc.constantFrom(...functions),
      quantization,
      quantization,
      bytes(16),
      ([code, f, options], from, to, input) => {
        const tensors = [codes([1, 4, 4], from.scale, from.zero), codes([1, 4, 4], to.scale, to.zero)];
        const [found] = run(load(tensors, [operator(code, [0], [1], options)]), input);
        found!.forEach((result, at) => {
          const x = (input[at]! - from.zero) * from.scale;
          assert.ok(near(result, f(x), to), `${BuiltinOperator[code]}(${x}) became ${(result - to.zero) * to.scale}`);
        });
      },
    ),
    300,
  ));

const withActivation: Readonly<Record<string, (activation: ActivationFunctionType) => Options | undefined>> = {
  MUL: (activation) => [BuiltinOptions.MulOptions, (b) => MulOptions.createMulOptions(b, activation)],
  SUB: (activation) => [BuiltinOptions.SubOptions, (b) => SubOptions.createSubOptions(b, activation)],
  ADD: (activation) => add([], 0, activation).options,
  MAXIMUM: () => undefined,
  MINIMUM: () => undefined,
};

test('pairs with a constant: one number, or one per channel, on either side', () =>
  check(
    fc.property(
      fc.record({
        kind: fc.constantFrom(MUL, SUB, ADD, MAXIMUM, MINIMUM),
        from: quantization,
        constant: quantization,
        to: quantization,
        input: bytes(12),
        channels: bytes(3),
        single: fc.boolean(),
        swapped: fc.boolean(),
        relu: fc.boolean(),
      }),
      ({ kind, from, constant, to, input, channels, single, swapped, relu }) => {
        const data = single ? channels.slice(0, 1) : channels;
        const shape = single ? [1] : [1, 1, 3];
        const tensors = [
          codes([1, 2, 2, 3], from.scale, from.zero),
          codes(shape, constant.scale, constant.zero, { data }),
          codes([1, 2, 2, 3], to.scale, to.zero),
        ];
        const name = BuiltinOperator[kind]!;
        const activation = relu && withActivation[name]!(NONE) !== undefined ? RELU : NONE;
        const spec = operator(kind, swapped ? [1, 0] : [0, 1], [2], withActivation[name]!(activation));
        const apart = new Set(data).size > 1;
        if (apart && (kind === MAXIMUM || kind === MINIMUM)) {
          assert.throws(() => load(tensors, [spec]), /single number/);
          return;
        }
        const [found] = run(load(tensors, [spec]), input);
        found!.forEach((result, at) => {
          const a = (input[at]! - from.zero) * from.scale;
          const b = (data[single ? 0 : at % 3]! - constant.zero) * constant.scale;
          const [x, y] = swapped ? [b, a] : [a, b];
          const real = { MUL: x * y, SUB: x - y, ADD: x + y, MAXIMUM: Math.max(x, y), MINIMUM: Math.min(x, y) }[name]!;
          // A sum with one number per channel has it in 64ths of a step of the input.
          const slack = apart && kind !== MUL ? 1e-6 + from.scale / to.scale / 128 : 1e-6;
          const expected = activation === RELU ? Math.max(0, real) : real;
          assert.ok(near(result, expected, to, slack), `${name}(${x}, ${y}) became ${(result - to.zero) * to.scale}`);
        });
      },
    ),
    400,
  ));

test('L2 pooling is the root of the mean of squares', () =>
  check(
    fc.property(quantization, quantization, bytes(3 * 4 * 2), fc.boolean(), (from, to, input, same) => {
      const size = same ? [3, 4] : [2, 3];
      const tensors = [codes([1, 3, 4, 2], from.scale, from.zero), codes([1, ...size, 2], to.scale, to.zero)];
      const padding = same ? Padding.SAME : Padding.VALID;
      const options: Options = [
        BuiltinOptions.Pool2DOptions,
        (b) => Pool2DOptions.createPool2DOptions(b, padding, 1, 1, 2, 2, NONE),
      ];
      const [found] = run(load(tensors, [operator(L2_POOL_2D, [0], [1], options)]), input);
      const largest = Math.max(from.zero, 255 - from.zero) * from.scale;
      found!.forEach((result, at) => {
        const [row, column, channel] = [Math.floor(at / (size[1]! * 2)), Math.floor(at / 2) % size[1]!, at % 2];
        const squares: number[] = [];
        for (let y = row; y < Math.min(3, row + 2); y++) {
          for (let x = column; x < Math.min(4, column + 2); x++) {
            squares.push(((input[(y * 4 + x) * 2 + channel]! - from.zero) * from.scale) ** 2);
          }
        }
        const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
        // Squares and their mean are rounded to 15 bits each.
        const step = largest ** 2 / 32767;
        const [low, high] = [Math.sqrt(Math.max(0, mean - step)), Math.sqrt(mean + step)];
        assert.ok(
          result >= Math.min(255, Math.floor(low / to.scale + to.zero - 0.5)) &&
            result <= Math.min(255, Math.ceil(high / to.scale + to.zero + 0.5)),
          `${Math.sqrt(mean)} became ${(result - to.zero) * to.scale}`,
        );
      });
    }),
    150,
  ));

test('squares fill their bits however narrow the input of L2_POOL_2D is', () => {
  const tensors = [codes([1, 2, 2, 1], 0.5, 0), codes([1, 2, 2, 1], 0.5, 0), codes([1, 1, 1, 1], 0.5, 0)];
  const options: Options = [
    BuiltinOptions.Pool2DOptions,
    (b) => Pool2DOptions.createPool2DOptions(b, Padding.VALID, 1, 1, 2, 2, NONE),
  ];
  // A ReLU6 leaves 0 to 12.
  const network = load(tensors, [operator(BuiltinOperator.RELU6, [0], [1]), operator(L2_POOL_2D, [1], [2], options)]);
  const squares = network.tensors[network.operations.find(({ kind }) => kind === 'multiply')!.output]!;
  assert.is('maximum' in squares && squares.maximum, 32767);
  assert.equal(run(network, [0, 0, 0, 255]), [[6]]);
});

const image = Array.from({ length: 2 * 4 * 8 }, (_, at) => at * 3);

test('SPLIT, SPLIT_V, UNPACK and SLICE cut out what they say', () => {
  const x = codes([1, 2, 4, 8], 1, 0);
  const part = (...shape: number[]): TensorSpec => codes([1, ...shape], 1, 0);
  const entry = (y: number, z: number, c: number): number => image[(y * 4 + z) * 8 + c]!;
  const all = (rows: number[], columns: number[], channels: number[]): number[] =>
    rows.flatMap((y) => columns.flatMap((z) => channels.map((c) => entry(y, z, c))));
  const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, at) => from + at);
  const halves = [x, integers([3], []), part(2, 4, 4), part(2, 4, 4)];
  assert.equal(run(load(halves, [operator(SPLIT, [1, 0], [2, 3])], [3, 2]), image), [
    all([0, 1], upTo(4), upTo(4, 4)),
    all([0, 1], upTo(4), upTo(4)),
  ]);
  const sizes = [x, integers([1, -1]), integers([-2]), part(2, 1, 8), part(2, 3, 8)];
  assert.equal(run(load(sizes, [operator(SPLIT_V, [0, 1, 2], [3, 4])], [3, 4]), image), [
    all([0, 1], [0], upTo(8)),
    all([0, 1], [1, 2, 3], upTo(8)),
  ]);
  const unpack: Options = [BuiltinOptions.UnpackOptions, (b) => UnpackOptions.createUnpackOptions(b, 2, 1)];
  const rows = [x, part(4, 8), part(4, 8)];
  assert.equal(run(load(rows, [operator(UNPACK, [0], [1, 2], unpack)], [2]), image), [all([1], upTo(4), upTo(8))]);
  const cut = [x, integers([0, 1, 2, 3]), integers([1, 1, -1, 4]), part(1, 2, 4)];
  assert.equal(run(load(cut, [operator(SLICE, [0, 1, 2], [3])]), image), [all([1], [2, 3], upTo(4, 3))]);
  const refused = (tensors: TensorSpec[], spec: OperatorSpec, message: RegExp): void => {
    assert.throws(
      () => load(tensors, [spec]),
      (error: unknown) => error instanceof ModelError && message.test(error.message),
    );
  };
  refused([x, integers([0], []), x, x], operator(SPLIT, [1, 0], [2, 3]), /cannot? be cut|can be cut/);
  refused([x, integers([2], []), x, x, x], operator(SPLIT, [1, 0], [2, 3, 4]), /not equal/);
  refused([x, integers([3, 4]), integers([2]), x, x], operator(SPLIT_V, [0, 1, 2], [3, 4]), /cuts an axis of 4/);
  refused([x, integers([0, 0, 0, 0]), integers([1, 3, 1, 1]), x], operator(SLICE, [0, 1, 2], [3]), /not there/);
});

test('DEPTH_TO_SPACE and back', () => {
  const deep: Options = [
    BuiltinOptions.DepthToSpaceOptions,
    (b) => DepthToSpaceOptions.createDepthToSpaceOptions(b, 2),
  ];
  const flat: Options = [
    BuiltinOptions.SpaceToDepthOptions,
    (b) => SpaceToDepthOptions.createSpaceToDepthOptions(b, 2),
  ];
  const tensors = [codes([1, 2, 4, 8], 1, 0), codes([1, 4, 8, 2], 1, 0), codes([1, 2, 4, 8], 1, 0)];
  const [large] = run(load(tensors, [operator(DEPTH_TO_SPACE, [0], [1], deep)]), image);
  large!.forEach((code, at) => {
    const [y, z, c] = [Math.floor(at / 16), Math.floor(at / 2) % 8, at % 2];
    assert.is(code, image[(Math.floor(y / 2) * 4 + Math.floor(z / 2)) * 8 + ((y % 2) * 2 + (z % 2)) * 2 + c]);
  });
  const both = [operator(DEPTH_TO_SPACE, [0], [1], deep), operator(SPACE_TO_DEPTH, [1], [2], flat)];
  assert.equal(run(load(tensors, both), image), [image]);
});

test('TRANSPOSE_CONV lays the kernel down once for every entry', () =>
  check(
    fc.property(
      fc.record({
        height: fc.integer({ min: 1, max: 3 }),
        width: fc.integer({ min: 1, max: 3 }),
        rows: fc.integer({ min: 1, max: 3 }),
        columns: fc.integer({ min: 1, max: 4 }),
        strideY: fc.integer({ min: 1, max: 3 }),
        strideX: fc.integer({ min: 1, max: 2 }),
        same: fc.boolean(),
        salt: fc.nat(),
      }),
      ({ height, width, rows, columns, strideY, strideX, same, salt }) => {
        const of = (size: number, taps: number, stride: number): [count: number, before: number] => {
          const whole = (size - 1) * stride + taps;
          // As the format's converters write it down: SAME has size * stride entries, VALID all.
          return same ? [size * stride, Math.floor(Math.max(0, whole - size * stride) / 2)] : [whole, 0];
        };
        const [[down, top], [across, left]] = [of(height, rows, strideY), of(width, columns, strideX)];
        const byte = (at: number): number => (Math.imul(at + 1, salt | 1) >>> 11) % 256;
        const weights = Array.from({ length: 2 * rows * columns * 3 }, (_, at) => byte(at));
        const input = Array.from({ length: height * width * 3 }, (_, at) => byte(at + 1000));
        const bias = [700, -900];
        const tensors = [
          codes([1, height, width, 3], 0.5, 100),
          integers([1, down, across, 2]),
          codes([2, rows, columns, 3], 0.02, 120, { data: weights }),
          integers(bias),
          codes([1, down, across, 2], 1, 60),
        ];
        const options: Options = [
          BuiltinOptions.TransposeConvOptions,
          (b) =>
            TransposeConvOptions.createTransposeConvOptions(
              b,
              same ? Padding.SAME : Padding.VALID,
              strideX,
              strideY,
              NONE,
            ),
        ];
        const network = load(tensors, [operator(TRANSPOSE_CONV, [1, 2, 0, 3], [4], options)]);
        const [found] = run(network, input);
        const sums = Array.from({ length: down * across * 2 }, (_, at) => bias[at % 2]!);
        for (let i = 0; i < height * width; i++) {
          for (let tap = 0; tap < rows * columns; tap++) {
            const y = Math.floor(i / width) * strideY + Math.floor(tap / columns) - top;
            const x = (i % width) * strideX + (tap % columns) - left;
            if (y < 0 || y >= down || x < 0 || x >= across) continue;
            for (let o = 0; o < 2; o++) {
              for (let k = 0; k < 3; k++) {
                const weight = weights[(o * rows * columns + tap) * 3 + k]! - 120;
                sums[(y * across + x) * 2 + o]! += weight * (input[i * 3 + k]! - 100);
              }
            }
          }
        }
        found!.forEach((code, at) => {
          assert.ok(near(code, sums[at]! * 0.5 * 0.02, { scale: 1, zero: 60 }), `${code}: ${sums[at]}`);
        });
      },
    ),
    150,
  ));

/** One of every operator, behind a linear layer, so that the whole is a network. */
const everything = buildTflite({
  tensors: [
    codes([1, 4, 4, 4], 0.5, 3),
    codes([4, 1, 1, 4], 0.25, 7, { data: [1, 50, 100, 200, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 90, 80] }),
    codes([1, 4, 4, 4], 1, 4),
    codes([1, 4, 4, 4], 0.1, 40),
    codes([1], 0.1, 4, { data: [90] }),
    codes([1, 4, 4, 4], 0.1, 40),
    codes([1, 1, 1, 4], 0.1, 4, { data: [90, 80, 70, 60], name: 'per channel' }),
    codes([1, 4, 4, 4], 0.1, 40),
    integers([3], []),
    codes([1, 4, 4, 2], 0.1, 40),
    codes([1, 4, 4, 2], 0.1, 40),
    codes([1, 2, 2, 2], 0.2, 0),
    integers([1, 4, 4, 1]),
    codes([1, 2, 2, 2], 0.05, 100, { data: [1, 2, 3, 4, 5, 6, 7, 8] }),
    codes([1, 4, 4, 1], 0.2, 9),
    codes([1, 4, 4, 1], 0.2, 9),
  ],
  operators: [
    convolution([0, 1], 2),
    operator(LEAKY_RELU, [2], [3], leaky),
    operator(MUL, [3, 4], [5], withActivation.MUL!(NONE)!),
    operator(SUB, [6, 5], [7], withActivation.SUB!(RELU)!),
    operator(SPLIT, [8, 7], [9, 10]),
    operator(
      L2_POOL_2D,
      [9],
      [11],
      [BuiltinOptions.Pool2DOptions, (b) => Pool2DOptions.createPool2DOptions(b, Padding.VALID, 2, 2, 2, 2, NONE)],
    ),
    operator(
      TRANSPOSE_CONV,
      [12, 13, 11],
      [14],
      [
        BuiltinOptions.TransposeConvOptions,
        (b) => TransposeConvOptions.createTransposeConvOptions(b, Padding.SAME, 2, 2, NONE),
      ],
    ),
    plain(LOGISTIC, [14], 15),
  ],
  outputs: [15, 10],
});

test('10,000 damaged files give a well-formed network or a ModelError', async () => {
  assert.is(aQuantizedNetwork(importTflite(everything, 'whole')).outputs.length, 2);
  await damage(everything);
});
