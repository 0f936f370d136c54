/** Imported linear layers against the format's own arithmetic, worked out here on stored codes and real scales. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { ActivationFunctionType } from '../../../src/formats/tflite/generated/activation-function-type.js';
import { Padding } from '../../../src/formats/tflite/generated/padding.js';
import { TensorType } from '../../../src/formats/tflite/generated/tensor-type.js';
import { importTflite } from '../../../src/formats/tflite/import.js';
import type { LinearOperation, QuantizedNetwork } from '../../../src/model/quantized-network.js';
import type { ActivationTensor } from '../../../src/model/tensor.js';
import { check, suite } from '../../suite.js';
import { buildTflite, codes, integers, type TensorSpec } from './model-builder.js';
import { convolution, fullyConnected, type Window } from './operators.js';
import { runCodes } from './run-codes.js';

const test = suite('tflite linear layers');

function onlyLinear(network: QuantizedNetwork): LinearOperation {
  assert.is(network.operations.length, 1);
  const [operation] = network.operations;
  if (operation?.kind !== 'linear') throw new Error('not linear');
  return operation;
}

/** What one case is: a convolution whose windows' first row and column before the image are stated by the case. */
interface Case {
  readonly size: readonly [number, number, number];
  readonly kernel: readonly [number, number];
  readonly outputs: number;
  readonly how: Window;
  readonly expected: readonly [number, number];
  readonly before: readonly [number, number];
}

const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 16;
  };
};

/** Builds the case as a file and compares every output code with the sum written out; depthwise if `multiplier` > 0. */
function compare(example: Case, multiplier: number, int8: boolean, seed: number): void {
  const [height, width, channels] = example.size;
  const [kernelHeight, kernelWidth] = example.kernel;
  const depthwise = multiplier > 0;
  const outputs = depthwise ? channels * multiplier : example.outputs;
  const next = random(seed);
  const low = int8 ? -128 : 0;
  const type = int8 ? TensorType.INT8 : TensorType.UINT8;
  const fill = (count: number): number[] => Array.from({ length: count }, () => low + (next() % 256));
  const x = fill(height * width * channels);
  const w = fill(kernelHeight * kernelWidth * outputs * (depthwise ? 1 : channels));
  const bias = Array.from({ length: outputs }, () => (next() % 4001) - 2000);
  const xZero = low + 100;
  const yZero = low + 120;
  const wZero = int8 ? 0 : 117;
  // Powers of two, so that the real factors are exact in any arithmetic.
  const wScales = Array.from({ length: int8 ? outputs : 1 }, (_, channel) => 2 ** -(4 + (channel % 3)));
  const [xScale, yScale] = [2 ** -5, 2 ** -1];
  const weights: TensorSpec = {
    shape: depthwise ? [1, kernelHeight, kernelWidth, outputs] : [outputs, kernelHeight, kernelWidth, channels],
    type,
    scales: wScales,
    zeroPoints: wScales.map(() => wZero),
    axis: depthwise ? 3 : 0,
    data: w,
  };
  const [rows, columns] = example.expected;
  const network = importTflite(
    buildTflite({
      tensors: [
        codes([1, height, width, channels], xScale, xZero, { type }),
        weights,
        integers(bias),
        codes([1, rows, columns, outputs], yScale, yZero, { type, name: 'layer' }),
      ],
      operators: [convolution([0, 1, 2], 3, example.how, depthwise)],
    }),
    'case',
  );
  const expected: number[] = [];
  const stride = example.how.stride ?? [1, 1];
  const dilation = example.how.dilation ?? [1, 1];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let channel = 0; channel < outputs; channel++) {
        let sum = bias[channel]!;
        for (let i = 0; i < kernelHeight; i++) {
          for (let j = 0; j < kernelWidth; j++) {
            const y = row * stride[0] + i * dilation[0] - example.before[0];
            const z = column * stride[1] + j * dilation[1] - example.before[1];
            if (y < 0 || z < 0 || y >= height || z >= width) continue;
            const tap = i * kernelWidth + j;
            for (let k = 0; k < (depthwise ? 1 : channels); k++) {
              const source = depthwise ? Math.floor(channel / multiplier) : k;
              const weight = depthwise
                ? w[tap * outputs + channel]!
                : w[(channel * kernelHeight * kernelWidth + tap) * channels + k]!;
              sum += (weight - wZero) * (x[(y * width + z) * channels + source]! - xZero);
            }
          }
        }
        const real = (sum * xScale * wScales[int8 ? channel : 0]!) / yScale;
        expected.push(Math.min(low + 255, Math.max(low, Math.floor(real + 0.5) + yZero)));
      }
    }
  }
  assert.equal(runCodes(network, x), expected);
  assert.is(onlyLinear(network).name, 'layer');
  assert.ok(new Set(expected).size > 4, 'a saturated case shows nothing');
}

const SAME = Padding.SAME;
const VALID = Padding.VALID;

// Each worked out by hand: SAME gives ceil(size / stride) windows, and the odd padding row goes after the image.
const CASES: Readonly<Record<string, Case>> = {
  'SAME, nothing odd': {
    size: [5, 4, 2],
    kernel: [3, 3],
    outputs: 3,
    how: { padding: SAME },
    expected: [5, 4],
    before: [1, 1],
  },
  'SAME, stride 2 on an even size: padding only after': {
    size: [4, 6, 2],
    kernel: [3, 3],
    outputs: 3,
    how: { padding: SAME, stride: [2, 2] },
    expected: [2, 3],
    before: [0, 0],
  },
  'SAME, stride 2 on odd rows and even columns': {
    size: [5, 4, 1],
    kernel: [3, 3],
    outputs: 4,
    how: { padding: SAME, stride: [2, 2] },
    expected: [3, 2],
    before: [1, 0],
  },
  'SAME with an even kernel': {
    size: [3, 4, 2],
    kernel: [2, 4],
    outputs: 2,
    how: { padding: SAME },
    expected: [3, 4],
    before: [0, 1],
  },
  'SAME with dilation': {
    size: [6, 5, 1],
    kernel: [3, 2],
    outputs: 3,
    how: { padding: SAME, dilation: [2, 3] },
    expected: [6, 5],
    before: [2, 1],
  },
  'SAME with a stride beyond the kernel': {
    size: [7, 7, 2],
    kernel: [1, 2],
    outputs: 2,
    how: { padding: SAME, stride: [3, 4] },
    expected: [3, 2],
    before: [0, 0],
  },
  VALID: {
    size: [5, 6, 2],
    kernel: [3, 2],
    outputs: 3,
    how: { padding: VALID, stride: [2, 3] },
    expected: [2, 2],
    before: [0, 0],
  },
  'VALID with dilation': {
    size: [6, 7, 1],
    kernel: [2, 3],
    outputs: 4,
    how: { padding: VALID, dilation: [3, 2] },
    expected: [3, 3],
    before: [0, 0],
  },
};

for (const [name, example] of Object.entries(CASES)) {
  test(`convolution, uint8: ${name}`, () => compare(example, 0, false, 1));
  test(`convolution, int8 per channel: ${name}`, () => compare(example, 0, true, 2));
  test(`depthwise, multiplier 1, uint8: ${name}`, () =>
    compare({ ...example, size: [...example.size.slice(0, 2), 5] as never }, 1, false, 3));
  test(`depthwise, multiplier 3, int8 per channel: ${name}`, () => compare(example, 3, true, 4));
}

test('any convolution of weights drawn at random agrees', async () => {
  await check(
    fc.property(fc.constantFrom(...Object.values(CASES)), fc.nat(3), fc.boolean(), fc.nat(2 ** 31), compare),
    40,
  );
});

const VECTOR = [200, 10, 128, 90];

function dense(activation: ActivationFunctionType, bias: boolean, shape: readonly number[] = [1, 4]): QuantizedNetwork {
  return importTflite(
    buildTflite({
      tensors: [
        codes(shape, 0.5, 128),
        codes([2, 4], 0.25, 10, { data: [11, 12, 13, 14, 0, 10, 20, 30] }),
        integers([5, -7]),
        codes([1, 2], 0.125, 100, { name: 'fc' }),
      ],
      operators: [fullyConnected(bias ? [0, 1, 2] : [0, 1, -1], 3, activation)],
    }),
    'dense',
  );
}

test('a fully connected layer is a matrix with centred weights', () => {
  const { map, bias } = onlyLinear(dense(ActivationFunctionType.NONE, true));
  assert.equal(map, {
    kind: 'dense',
    inputs: 4,
    outputs: 2,
    weights: Int16Array.of(1, 2, 3, 4, -10, 0, 10, 20),
    inputRange: { minimum: -128, maximum: 127 },
  });
  assert.equal(bias, Int32Array.of(5, -7));
  // x = (72, -118, 0, -38): 72 - 236 - 152 + 5 = -311 and -720 - 760 - 7 = -1487; the factor is 0.5 * 0.25 / 0.125 = 1.
  assert.equal(runCodes(dense(ActivationFunctionType.NONE, true), VECTOR), [0, 0]);
  // x = (1, 2, 3, 4) - the smallest codes above the zero point: 30 + 5 and 100 - 7, plus the zero point 100.
  assert.equal(runCodes(dense(ActivationFunctionType.NONE, true), [129, 130, 131, 132]), [135, 193]);
  assert.equal(runCodes(dense(ActivationFunctionType.NONE, false), [129, 130, 131, 132]), [130, 200]);
  assert.equal(runCodes(dense(ActivationFunctionType.NONE, true, [1, 2, 1, 2]), [129, 130, 131, 132]), [135, 193]);
});

test('fused activations clamp where the real value says, and the tensor knows it', () => {
  const ranges = new Map<ActivationFunctionType, readonly [number, number]>([
    [ActivationFunctionType.NONE, [-100, 155]],
    [ActivationFunctionType.RELU, [0, 155]],
    // 6 / 0.125 = 48; 1 / 0.125 = 8
    [ActivationFunctionType.RELU6, [0, 48]],
    [ActivationFunctionType.RELU_N1_TO_1, [-8, 8]],
  ]);
  for (const [activation, [minimum, maximum]] of ranges) {
    const network = dense(activation, true);
    const { requantization, output } = onlyLinear(network);
    assert.is(requantization?.minimum, minimum);
    assert.is(requantization?.maximum, maximum);
    const tensor = network.tensors[output] as ActivationTensor;
    assert.equal([tensor.minimum, tensor.maximum], [minimum, maximum]);
  }
});

test('a layer after a ReLU6 declares the narrow range it gets', () => {
  const network = importTflite(
    buildTflite({
      tensors: [
        codes([1, 4], 0.5, 128),
        codes([2, 4], 0.25, 10, { data: [11, 12, 13, 14, 0, 10, 20, 30] }),
        codes([1, 2], 0.125, 100),
        codes([1, 2], 0.25, 10, { data: [11, 12] }),
        codes([1, 1], 0.125, 100),
      ],
      operators: [fullyConnected([0, 1], 2, ActivationFunctionType.RELU6), fullyConnected([2, 3], 4)],
    }),
    'two layers',
  );
  const [, second] = network.operations;
  if (second?.kind !== 'linear') throw new Error('not linear');
  assert.equal(second.map.inputRange, { minimum: 0, maximum: 48 });
});

test('grouped convolutions keep their groups', () => {
  const network = importTflite(
    buildTflite({
      tensors: [
        codes([1, 1, 1, 4], 1, 0),
        codes([2, 1, 1, 2], 1, 0, { data: [1, 2, 3, 4] }),
        codes([1, 1, 1, 2], 1, 0),
      ],
      operators: [convolution([0, 1], 2)],
    }),
    'groups',
  );
  assert.equal(runCodes(network, [1, 10, 2, 20]), [21, 86]);
});
