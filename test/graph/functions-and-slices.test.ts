/** Functions, pairs, takes, resizing and transposed convolutions of float networks, against sums and loops written out. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  evaluateFloat,
  evaluatorOf,
  FloatNetworkBuilder,
  type FunctionName,
  realFunction,
  sliced,
  transposed,
} from '../../src/graph/index.js';
import { near } from '../formats/onnx/runtime.js';
import { numbers } from '../session/random-network.js';
import { check, suite } from '../suite.js';

const test = suite('float networks: functions, pairs, places');

/** f(x) for a few x, from other sources: tables, or other formulas. */
const known: readonly (readonly [FunctionName, readonly number[], readonly (readonly [number, number])[]])[] = [
  [
    'absolute',
    [],
    [
      [-3, 3],
      [2, 2],
    ],
  ],
  ['affine', [2, -1], [[3, 5]]],
  [
    'celu',
    [2],
    [
      [3, 3],
      [-2, 2 * (Math.exp(-1) - 1)],
    ],
  ],
  [
    'clamp',
    [-1, 0.5],
    [
      [-2, -1],
      [0.25, 0.25],
      [9, 0.5],
    ],
  ],
  [
    'elu',
    [2],
    [
      [1.5, 1.5],
      [-1, 2 * (Math.exp(-1) - 1)],
    ],
  ],
  [
    'erf',
    [],
    [
      [0, 0],
      [0.5, 0.5204998778130465],
      [-2, -0.9953222650189527],
      [3, 0.9999779095030014],
      [30, 1],
    ],
  ],
  [
    'exponential',
    [],
    [
      [1, Math.E],
      [0, 1],
    ],
  ],
  [
    'gelu',
    [],
    [
      [1, 0.8413447460685429],
      [-1, -0.15865525393145707],
      [-40, 0],
    ],
  ],
  [
    'geluTanh',
    [],
    [
      [1, 0.8411919906082768],
      [0, 0],
    ],
  ],
  [
    'hardSigmoid',
    [],
    [
      [1, 0.7],
      [-9, 0],
      [9, 1],
    ],
  ],
  [
    'hardSwish',
    [],
    [
      [-4, 0],
      [-1.5, -0.375],
      [3, 3],
      [5, 5],
    ],
  ],
  [
    'leakyRelu',
    [0.1],
    [
      [-2, -0.2],
      [3, 3],
    ],
  ],
  ['logarithm', [], [[Math.E, 1]]],
  [
    'mish',
    [],
    [
      [1, 0.8650983882673103],
      [0, 0],
    ],
  ],
  ['power', [0.5], [[9, 3]]],
  ['reciprocal', [], [[4, 0.25]]],
  [
    'selu',
    [],
    [
      [1, 1.0507009873554805],
      [-1, -1.1113307378125628],
    ],
  ],
  [
    'sigmoid',
    [],
    [
      [0, 0.5],
      [2, 0.8807970779778823],
      [-800, 0],
      [800, 1],
    ],
  ],
  [
    'silu',
    [],
    [
      [1, 0.7310585786300049],
      [-800, 0],
    ],
  ],
  [
    'softplus',
    [],
    [
      [0, Math.LN2],
      [800, 800],
      [-800, 0],
    ],
  ],
  [
    'softsign',
    [],
    [
      [1, 0.5],
      [-3, -0.75],
    ],
  ],
  ['squareRoot', [], [[9, 3]]],
  ['tanh', [], [[1, 0.7615941559557649]]],
  [
    'thresholdedRelu',
    [2],
    [
      [2, 0],
      [2.5, 2.5],
      [-3, 0],
    ],
  ],
];

test('every function has the values that tables have', () => {
  for (const [name, parameters, pairs] of known) {
    const f = evaluatorOf(realFunction(name, ...parameters));
    for (const [x, y] of pairs)
      assert.ok(Math.abs(f(x) - y) <= 1e-13 * Math.max(1, Math.abs(y)), `${name}(${x}) is ${f(x)}`);
  }
  assert.throws(() => realFunction('sine' as 'tanh'), /no function "sine"/);
  assert.throws(() => realFunction('elu', Number.NaN), /parameters/);
  assert.throws(() => realFunction('tanh', 1), /parameters/);
  assert.throws(() => realFunction('clamp', 1, 0), /parameters/);
});

test('the error function is odd, rises, and agrees with its integral', () => {
  const erf = evaluatorOf(realFunction('erf'));
  // Simpson's rule, step by step.
  const density = (t: number): number => (2 / Math.sqrt(Math.PI)) * Math.exp(-t * t);
  const step = 1 / 256;
  let integral = 0;
  for (let x = 0; x < 7; x += step) {
    assert.ok(Math.abs(erf(x) - integral) < 1e-11, `${x}`);
    assert.is(erf(-x) + erf(x), 0);
    integral += (step / 6) * (density(x) + 4 * density(x + step / 2) + density(x + step));
  }
});

const evaluated = (net: FloatNetworkBuilder, output: number, x: Float32Array): Float32Array =>
  evaluateFloat(net.build([output]), x)[output]!;

test('pairs repeat axes of size 1, and axes that are missing', () => {
  const x = numbers(4)(2 * 3 * 4);
  const operators = {
    multiply: (a: number, b: number) => a * b,
    subtract: (a: number, b: number) => a - b,
    larger: Math.max,
    smaller: Math.min,
  };
  const parts: [string, number[], (y: number, z: number, c: number) => number][] = [
    ['whole', [2, 3, 4], (y, z, c) => (y * 3 + z) * 4 + c],
    ['channels', [4], (_y, _z, c) => c],
    ['one pixel', [1, 1, 4], (_y, _z, c) => c],
    ['one channel', [2, 3, 1], (y, z) => y * 3 + z],
    ['one column', [3, 1], (_y, z) => z],
  ];
  for (const [kind, of] of Object.entries(operators)) {
    for (const [name, shape, place] of parts) {
      const net = new FloatNetworkBuilder('net', [2, 3, 4]);
      const all = net.reshape(net.input, 'flat', [24]);
      const count = shape.reduce((product, size) => product * size, 1);
      const some = net.take(all, 'some', [Int32Array.from({ length: count }, (_, at) => 23 - at)]);
      const part = net.reshape(some, name, shape);
      const y = net.pair(kind as 'multiply', part, net.input, 'y', 'relu');
      assert.equal(net.shape(y), [2, 3, 4]);
      const expected = Array.from(x, (value, at) => {
        const [row, column, channel] = [Math.floor(at / 12), Math.floor(at / 4) % 3, at % 4];
        return Math.max(0, of(x[23 - place(row, column, channel)]!, value));
      });
      near(evaluated(net, y, x), Float32Array.from(expected), 1e-6);
    }
  }
  const net = new FloatNetworkBuilder('net', [2, 3, 4]);
  assert.throws(
    () =>
      net.multiply(
        net.input,
        net.pool(net.input, 'p', 'maxPool', { height: 1, width: 2 }, { stride: { y: 1, x: 1 } }),
        'y',
      ),
    /do not fit/,
  );
});

const sizes = fc.record({
  height: fc.integer({ min: 1, max: 4 }),
  width: fc.integer({ min: 1, max: 4 }),
  groups: fc.integer({ min: 1, max: 2 }),
  depth: fc.integer({ min: 1, max: 3 }),
  perGroup: fc.integer({ min: 1, max: 3 }),
  kernel: fc.record({ height: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 4 }) }),
  stride: fc.record({ y: fc.integer({ min: 1, max: 3 }), x: fc.integer({ min: 1, max: 3 }) }),
  dilation: fc.record({ y: fc.integer({ min: 1, max: 3 }), x: fc.integer({ min: 1, max: 2 }) }),
  crop: fc.record({
    top: fc.integer({ min: 0, max: 3 }),
    bottom: fc.integer({ min: -2, max: 2 }),
    left: fc.integer({ min: 0, max: 3 }),
    right: fc.integer({ min: -2, max: 2 }),
  }),
  seed: fc.nat(),
});

test('a transposed convolution lays the kernel down once for every entry', () =>
  check(
    fc.property(sizes, ({ height, width, groups, depth, perGroup, kernel, stride, dilation, crop, seed }) => {
      const whole = {
        rows: (height - 1) * stride.y + (kernel.height - 1) * dilation.y + 1,
        columns: (width - 1) * stride.x + (kernel.width - 1) * dilation.x + 1,
      };
      const [rows, columns] = [whole.rows - crop.top - crop.bottom, whole.columns - crop.left - crop.right];
      fc.pre(rows >= 1 && columns >= 1);
      const random = numbers(seed);
      const [inputs, outputs] = [groups * depth, groups * perGroup];
      const weights = random(outputs * kernel.height * kernel.width * depth);
      const bias = random(outputs);
      const x = random(height * width * inputs);
      const net = new FloatNetworkBuilder('net', [height, width, inputs]);
      const common = { name: 'y', kernel, stride, dilation, groups, crop, weights, bias };
      const y = net.transposedConvolution(net.input, { ...common, outputChannels: outputs });
      assert.equal(net.shape(y), [rows, columns, outputs]);
      const expected = new Float64Array(rows * columns * outputs).map((_, at) => bias[at % outputs]!);
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          for (let a = 0; a < kernel.height; a++) {
            for (let b = 0; b < kernel.width; b++) {
              const row = i * stride.y + a * dilation.y - crop.top;
              const column = j * stride.x + b * dilation.x - crop.left;
              if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
              for (let o = 0; o < outputs; o++) {
                for (let k = 0; k < depth; k++) {
                  const weight = weights[((o * kernel.height + a) * kernel.width + b) * depth + k]!;
                  const from = (i * width + j) * inputs + Math.floor(o / perGroup) * depth + k;
                  expected[(row * columns + column) * outputs + o]! += weight * x[from]!;
                }
              }
            }
          }
        }
      }
      near(evaluated(net, y, x), Float32Array.from(expected));
    }),
    300,
  ));

test('slices, transpositions, and blocks of pixels', () => {
  const x = Float32Array.from({ length: 2 * 4 * 8 }, (_, at) => at);
  const net = new FloatNetworkBuilder('net', [2, 4, 8]);
  const turned = net.take(net.input, 'turned', transposed([2, 4, 8], [2, 0, 1]));
  assert.equal(net.shape(turned), [8, 2, 4]);
  assert.equal(evaluated(net, turned, x).slice(0, 8), Float32Array.of(0, 8, 16, 24, 32, 40, 48, 56));
  const slice = net.take(
    net.input,
    'slice',
    sliced(
      [2, 4, 8],
      [
        { begin: 1, step: 1, count: 1 },
        { begin: 3, step: -2, count: 2 },
        { begin: 0, step: 5, count: 2 },
      ],
    ),
  );
  assert.equal(evaluated(net, slice, x), Float32Array.of(56, 61, 40, 45));
  const deep = net.depthToSpace(net.input, 'deep', 2);
  assert.equal(net.shape(deep), [4, 8, 2]);
  // The first row: the first two of each pixel's four pairs of channels.
  assert.equal(evaluated(net, deep, x).slice(0, 8), Float32Array.of(0, 1, 2, 3, 8, 9, 10, 11));
  assert.equal(evaluated(net, net.spaceToDepth(deep, 'back', 2), x), x);
  const columns = net.depthToSpace(net.input, 'columns', 2, false);
  assert.equal(evaluated(net, columns, x).slice(0, 8), Float32Array.of(0, 4, 1, 5, 8, 12, 9, 13));
  assert.throws(() => net.depthToSpace(net.input, 'odd', 3), /divides/);
  assert.throws(() => net.take(net.input, 'far', [Int32Array.of(64)]), /does not have/);
  assert.throws(() => net.take(net.input, 'none', [new Int32Array(0)]), /does not have/);
  assert.throws(() => net.take(net.input, 'before', [Int32Array.of(5, -1)]), /does not have/);
});

test('resizing: what each convention gives by hand', () => {
  const x = Float32Array.of(0, 10, 20, 30);
  const cases = [
    ['nearest', 'asymmetric', 8, [0, 0, 10, 10, 20, 20, 30, 30]],
    ['nearest', 'asymmetric', 3, [0, 10, 20]],
    ['nearest', 'halfPixelFloor', 3, [0, 20, 30]],
    ['nearest', 'alignCorners', 2, [0, 30]],
    ['bilinear', 'asymmetric', 8, [0, 5, 10, 15, 20, 25, 30, 30]],
    ['bilinear', 'halfPixel', 8, [0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30]],
    ['bilinear', 'pytorchHalfPixel', 1, [0]],
    ['bilinear', 'halfPixel', 1, [15]],
    ['bilinear', 'alignCorners', 7, [0, 5, 10, 15, 20, 25, 30]],
  ] as const;
  for (const [mode, grid, width, expected] of cases) {
    const net = new FloatNetworkBuilder('net', [1, 4, 1]);
    const y = net.resize(net.input, 'y', { size: { height: 1, width }, mode, grid });
    near(evaluated(net, y, x), Float32Array.from(expected), 1e-6);
  }
  const net = new FloatNetworkBuilder('net', [2, 2, 2]);
  const y = net.resize(net.input, 'y', { size: { height: 3, width: 3 }, mode: 'bilinear', grid: 'alignCorners' });
  const corners = Float32Array.of(0, 100, 4, 104, 8, 108, 12, 112);
  const middle = [0, 2, 4, 4, 6, 8, 8, 10, 12].flatMap((value) => [value, value + 100]);
  near(evaluated(net, y, corners), Float32Array.from(middle), 1e-6);
});
