/** The rival computes the very network it is compared with: close to our exact results, in floats and in bytes. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type Format, openRival, type Rival } from '../../bench/rivals/onnxruntime.js';
import { realScales } from '../../bench/rivals/real-scales.js';
import { zeroPoints } from '../../bench/rivals/zero-points.js';
import { wasmArithmetic } from '../../src/fast/index.js';
import {
  calibrate,
  importTflite,
  quantize,
  quantizeInput,
  readImage,
  resizeBilinear,
  runInTheClear,
} from '../../src/network/index.js';
import { noWrapBound } from '../../src/protocol/certificate.js';
import type { ActivationTensor, QuantizedNetwork } from '../../src/reference/index.js';
import { numbers, wholeNetwork } from '../session/random-network.js';
import { smallNetwork } from '../session/small-network.js';
import { seed, suite } from '../suite.js';

const test = suite('rivals');
const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Row-major entries of an image in the other order of axes; anything else as it is. */
function toChannelsFirst<A extends Float32Array | Uint8Array>(values: A, shape: readonly number[], back = false): A {
  const [height, width, channels] = shape;
  if (shape.length !== 3) return values;
  const out = values.slice() as A;
  for (let pixel = 0; pixel < height! * width!; pixel++) {
    for (let channel = 0; channel < channels!; channel++) {
      const [last, first] = [pixel * channels! + channel, channel * height! * width! + pixel];
      if (back) out[last] = values[first]!;
      else out[first] = values[last]!;
    }
  }
  return out;
}

/** The rival's outputs for `x` in our units: centred integers or accumulators, not rounded. */
async function answers(
  network: QuantizedNetwork,
  rival: Rival,
  format: Format,
  x: Int16Array,
): Promise<Float64Array[]> {
  const { shape } = network.tensors[network.input]!;
  const scales = realScales(network);
  const zeros = zeroPoints(network);
  const input =
    format === 'fp32'
      ? Float32Array.from(x, (value) => value * scales[network.input]!)
      : Uint8Array.from(x, (value) => value + zeros[network.input]!);
  const outputs = await rival.run(toChannelsFirst(input, shape), 1);
  return outputs.map((output, index) => {
    const id = network.outputs[index]!;
    const tensor = network.tensors[id]!;
    const values = Float64Array.from(toChannelsFirst(output, tensor.shape, true));
    if (tensor.kind === 'accumulator') {
      return format === 'fp32' ? values.map((value, at) => value / tensor.scales[at % tensor.scales.length]!) : values;
    }
    return format === 'fp32' ? values.map((value) => value / scales[id]!) : values.map((value) => value - zeros[id]!);
  });
}

async function opened(network: QuantizedNetwork, format: Format): Promise<Rival> {
  const rival = await openRival(network, format, 1, { exact: true });
  if ('reason' in rival) throw new Error(rival.reason);
  return rival;
}

const reasonOf = (rival: object): string => ('reason' in rival ? String(rival.reason) : 'there is a rival');

/** Ours and the rival's outputs for the same input. */
async function compared(network: QuantizedNetwork, format: Format, x: Int16Array) {
  const arithmetic = await wasmArithmetic();
  const exact = (await runInTheClear(network, arithmetic, x)).map((output) => Float64Array.from(output));
  arithmetic.close();
  const rival = await opened(network, format);
  const found = await answers(network, rival, format, x);
  await rival.close();
  return { exact, found };
}

const farthest = (a: Float64Array, b: Float64Array): number =>
  a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index]!)), 0);

async function quantizedWhole(which: number): Promise<{ network: QuantizedNetwork; x: Int16Array }> {
  const random = numbers(which + 100);
  const float = wholeNetwork(which);
  const network = quantize(float, await calibrate(float, [random(192), random(192), random(192)]));
  const { scale, minimum, maximum } = network.tensors[network.input] as ActivationTensor;
  const x = Int16Array.from(random(192), (value) => Math.max(minimum, Math.min(maximum, Math.round(value / scale))));
  return { network, x };
}

/** The small test network with multipliers so small that one rounding does not grow into many. */
function calmSmallNetwork(sample: number): { network: QuantizedNetwork; x: Int16Array } {
  const { network, x } = fc.sample(smallNetwork, { seed, numRuns: sample + 1 })[sample]!;
  const operations = network.operations.map((operation) =>
    operation.kind === 'linear' && operation.requantization !== null
      ? {
          ...operation,
          requantization: {
            ...operation.requantization,
            multipliers: operation.requantization.multipliers.map(() => 2 ** 20),
          },
        }
      : operation,
  );
  return { network: { ...network, operations }, x };
}

/** Activations within `units`; accumulators within what so many units of every input can make. */
function requireClose(network: QuantizedNetwork, exact: Float64Array[], found: Float64Array[], units: number): void {
  assert.is(found.length, network.outputs.length);
  exact.forEach((output, index) => {
    const id = network.outputs[index]!;
    const layer = network.operations.find((operation) => operation.output === id)!;
    const limit =
      layer.kind === 'linear' && layer.requantization === null ? (units * noWrapBound(layer.map)) / 128 : units;
    const distance = farthest(output, found[index]!);
    assert.ok(distance <= limit, `${layer.name} is ${distance} away, more than ${limit}`);
  });
}

for (const format of ['fp32', 'int8'] as const) {
  test(`${format} agrees on quantized networks of floats`, async () => {
    for (const which of [1, 2, 3, 4]) {
      const { network, x } = await quantizedWhole(which);
      const { exact, found } = await compared(network, format, x);
      requireClose(network, exact, found, 6);
    }
  });

  test(`${format} agrees on networks with every operation`, async () => {
    for (let sample = 0; sample < 20; sample++) {
      const { network, x } = calmSmallNetwork(sample);
      const { exact, found } = await compared(network, format, x);
      requireClose(network, exact, found, format === 'fp32' ? 6 : 3);
    }
  });
}

const model = 'tf2_mobilenet_v2_1.0_224_ptq';
if (!existsSync(`${shared}models/${model}.tflite`)) test.skip('a real model', '../shared/models is not there');
else {
  for (const format of ['fp32', 'int8'] as const) {
    test(`${format} sees what we see in real pictures`, async () => {
      const network = importTflite(readFileSync(`${shared}models/${model}.tflite`), model);
      const tensor = network.tensors[network.input] as ActivationTensor;
      for (const picture of ['dragonfly', 'cat', 'bird']) {
        const image = resizeBilinear(await readImage(`${shared}images/${picture}.bmp`), 224, 224);
        const { exact, found } = await compared(network, format, quantizeInput(image, tensor));
        const top = (scores: Float64Array): number => scores.indexOf(Math.max(...scores));
        assert.is(top(found[0]!), top(exact[0]!));
        requireClose(network, exact, found, format === 'fp32' ? 16 : 8);
      }
    });
  }
}

test('the rival is timed, for every batch', async () => {
  const { network } = await quantizedWhole(1);
  for (const format of ['fp32', 'int8'] as const) {
    const rival = await openRival(network, format, 1);
    if ('reason' in rival) throw new Error(rival.reason);
    assert.match(rival.version, /^\d+\.\d+\.\d+$/);
    for (const batch of [1, 3]) {
      const { minimum, median, runs } = await rival.msPerImage(batch, { runs: 4, limitMs: 1000 });
      assert.ok(minimum > 0 && minimum <= median && runs >= 3 && runs <= 4);
    }
    await rival.close();
  }
});

test('without the package there is a reason instead of a rival', async () => {
  const { network } = await quantizedWhole(1);
  const importer = () => Promise.reject(new Error('Cannot find package\nand more'));
  const reason = 'onnxruntime-node cannot be loaded: Cannot find package';
  assert.equal(await openRival(network, 'fp32', 1, { importer }), { reason });
});

test('weights and tensors beyond 8 bits are refused in int8 with a reason', async () => {
  const { network } = await quantizedWhole(1);
  const wide = network.operations.map((operation) =>
    operation.kind === 'linear'
      ? { ...operation, map: { ...operation.map, weights: operation.map.weights.map(() => 128) } }
      : operation,
  );
  assert.match(
    reasonOf(await openRival({ ...network, operations: wide }, 'int8', 1)),
    /a weight of .* does not fit 8 bits/,
  );
  const tensors = network.tensors.map((tensor) =>
    tensor.kind === 'activation' ? { ...tensor, minimum: -129 } : tensor,
  );
  assert.match(reasonOf(await openRival({ ...network, tensors }, 'int8', 1)), /does not fit 8 bits/);
});
