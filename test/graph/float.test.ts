import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { evaluateFloat, FloatNetworkBuilder, samePadding, VALID } from '../../src/graph/index.js';
import { ModelError } from '../../src/model/errors.js';
import { numbers, wholeNetwork } from '../session/random-network.js';
import { check, suite } from '../suite.js';

const test = suite('float networks');

function near(actual: Float32Array | undefined, expected: ArrayLike<number>, tolerance = 1e-5): void {
  assert.is(actual?.length, expected.length);
  actual?.forEach((value, index) => {
    const limit = tolerance * Math.max(1, Math.abs(expected[index]!));
    assert.ok(Math.abs(value - expected[index]!) <= limit, `entry ${index}: ${value}, not ${expected[index]}`);
  });
}

const sizes = fc.record({
  height: fc.integer({ min: 1, max: 6 }),
  width: fc.integer({ min: 1, max: 6 }),
  groups: fc.integer({ min: 1, max: 3 }),
  inputsPerGroup: fc.integer({ min: 1, max: 3 }),
  outputsPerGroup: fc.integer({ min: 1, max: 6 }),
  kernelHeight: fc.integer({ min: 1, max: 3 }),
  kernelWidth: fc.integer({ min: 1, max: 3 }),
  strideY: fc.integer({ min: 1, max: 3 }),
  strideX: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  seed: fc.nat(),
});

test('convolution is the sum its definition says', () =>
  check(
    fc.property(sizes, (size) => {
      const { height, width, groups, kernelHeight, kernelWidth, strideY, strideX, dilation, seed } = size;
      const channels = groups * size.inputsPerGroup;
      const outputChannels = groups * size.outputsPerGroup;
      const random = numbers(seed);
      const weights = random(outputChannels * kernelHeight * kernelWidth * size.inputsPerGroup);
      const bias = random(outputChannels);
      const x = random(height * width * channels);
      const kernel = { height: kernelHeight, width: kernelWidth };
      const stride = { y: strideY, x: strideX };
      const spread = { y: dilation, x: dilation };
      const padding = samePadding({ height, width }, kernel, stride, spread);
      const net = new FloatNetworkBuilder('net', [height, width, channels]);
      const common = { name: 'y', kernel, stride, dilation: spread, groups, weights, bias, outputChannels };
      const y = net.convolution(net.input, { ...common, padding: 'same' });
      const [rows, columns] = net.shape(y) as [number, number];
      assert.equal([rows, columns], [Math.ceil(height / strideY), Math.ceil(width / strideX)]);
      const expected: number[] = [];
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          for (let o = 0; o < outputChannels; o++) {
            const group = Math.floor(o / size.outputsPerGroup);
            let sum = bias[o]!;
            for (let i = 0; i < kernelHeight; i++) {
              for (let j = 0; j < kernelWidth; j++) {
                for (let k = 0; k < size.inputsPerGroup; k++) {
                  const row = r * strideY + i * dilation - padding.top;
                  const column = c * strideX + j * dilation - padding.left;
                  if (row < 0 || row >= height || column < 0 || column >= width) continue;
                  const weight = weights[((o * kernelHeight + i) * kernelWidth + j) * size.inputsPerGroup + k]!;
                  sum += weight * x[(row * width + column) * channels + group * size.inputsPerGroup + k]!;
                }
              }
            }
            expected.push(sum);
          }
        }
      }
      near(evaluateFloat(net.build([y]), x)[y], expected);
    }),
    200,
  ));

test('SAME padding puts the odd zero at the bottom and on the right', () => {
  const window = { height: 3, width: 3 };
  const two = { y: 2, x: 2 };
  assert.equal(samePadding({ height: 512, width: 511 }, window, two), { top: 0, bottom: 1, left: 1, right: 1 });
  assert.equal(samePadding({ height: 5, width: 5 }, window, { y: 1, x: 1 }), { top: 1, bottom: 1, left: 1, right: 1 });
  assert.equal(samePadding({ height: 8, width: 8 }, { height: 1, width: 1 }, two), VALID);
  const wide = samePadding({ height: 7, width: 7 }, { height: 2, width: 2 }, { y: 1, x: 1 }, { y: 3, x: 3 });
  assert.equal(wide, { top: 1, bottom: 2, left: 1, right: 2 });
});

test('pools look only at entries inside the image', () => {
  const net = new FloatNetworkBuilder('net', [3, 3, 1]);
  const window = { height: 2, width: 2 };
  const how = { stride: { y: 2, x: 2 }, padding: 'same' } as const;
  const average = net.pool(net.input, 'average', 'averagePool', window, how);
  const largest = net.pool(net.input, 'largest', 'maxPool', window, how);
  const values = evaluateFloat(net.build([average, largest]), Float32Array.of(-1, -2, -3, -4, -5, -6, -7, -8, -9));
  near(values[average], [-3, -4.5, -7.5, -9]);
  near(values[largest], [-1, -3, -7, -9]);
});

test('batch norm, activations, addition, concatenation, matrix and softmax, by hand', () => {
  const net = new FloatNetworkBuilder('net', [1, 2, 2]);
  const parameters = {
    scale: Float32Array.of(2, 1),
    offset: Float32Array.of(1, 0),
    mean: Float32Array.of(1, 2),
    variance: Float32Array.of(3, 0),
  };
  const norm = net.batchNorm(net.input, 'norm', parameters, 1);
  const relu = net.activation(norm, 'relu', 'relu');
  const relu6 = net.activation(norm, 'relu6', 'relu6');
  const sum = net.add(relu, relu6, 'sum');
  const rows = net.concat([relu, sum], 'rows', 1);
  const channels = net.concat([relu, sum], 'channels', 2);
  const flat = net.reshape(norm, 'flat', [4]);
  const matrix = net.dense(flat, 'matrix', Float32Array.of(1, 0, 0, 0, 0, 1, 1, 0), Float32Array.of(1, -20), 'relu');
  const softmax = net.softmax(norm, 'softmax', 2);
  const values = evaluateFloat(net.build([rows]), Float32Array.of(1, 0, 8, 9));
  near(values[norm], [1, -2, 8, 7]);
  near(values[relu], [1, 0, 8, 7]);
  near(values[relu6], [1, 0, 6, 6]);
  near(values[sum], [2, 0, 14, 13]);
  near(values[rows], [1, 0, 8, 7, 2, 0, 14, 13]);
  near(values[channels], [1, 0, 2, 0, 8, 7, 14, 13]);
  near(values[matrix], [2, 0]);
  near(values[softmax], [1 / (1 + Math.exp(-6)), 1 / (1 + Math.exp(6)), 1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(2))]);
});

test('evaluation leaves its input alone and answers the same twice', () => {
  const network = wholeNetwork(1);
  const x = numbers(2)(8 * 8 * 3);
  const before = x.slice();
  const first = evaluateFloat(network, x);
  assert.equal(x, before);
  assert.equal(evaluateFloat(network, x), first);
});

test('layers that do not fit are refused', () => {
  const net = new FloatNetworkBuilder('net', [4, 4, 2]);
  const kernel = { height: 1, width: 1 };
  const ok = { name: 'y', kernel, weights: new Float32Array(6), outputChannels: 3 };
  const refused = (make: () => unknown, message: RegExp): void => {
    assert.throws(make, (error: unknown) => error instanceof ModelError && message.test(error.message));
  };
  refused(() => net.convolution(net.input, { ...ok, weights: new Float32Array(5) }), /needs 6 numbers, not 5/);
  refused(() => net.convolution(net.input, { ...ok, bias: new Float32Array(2) }), /bias of "y" needs 3/);
  refused(() => net.convolution(net.input, { ...ok, groups: 2 }), /groups/);
  refused(() => net.convolution(net.input, { ...ok, kernel: { height: 6, width: 1 } }), /needs 36/);
  refused(() => net.convolution(9, ok), /no tensor number 9/);
  net.convolution(net.input, ok);
  refused(() => net.convolution(net.input, ok), /Two tensors are called "y"/);
  refused(() => net.add(net.input, 1, 'sum'), /different shapes/);
  refused(() => net.concat([net.input, net.reshape(net.input, 'flat', [32])], 'both', 0), /do not fit/);
  refused(() => net.reshape(net.input, 'less', [31]), /number of entries/);
  refused(() => net.pool(net.input, 'pool', 'maxPool', { height: 5, width: 1 }), /positive whole numbers/);
  refused(
    () => net.pool(net.input, 'pool', 'maxPool', kernel, { padding: { top: 1, bottom: 0, left: 0, right: 0 } }),
    /smaller than its window/,
  );
  assert.throws(() => evaluateFloat(net.build([net.input]), new Float32Array(3)), /needs 32 numbers, not 3/);
});
