/** The zoo: counts as published, values that stay alive to the last layer, and runs that equal the reference. */
import * as assert from 'uvu/assert';
import { wasmArithmetic, wasmDevice } from '../../src/fast/index.js';
import { macCount, outputChannels, termsPerOutput } from '../../src/model/linear-map.js';
import { certify } from '../../src/operations/certificate.js';
import { linearOperations } from '../../src/operations/graph.js';
import { type Device, M31, type TrustedArithmetic } from '../../src/protocol/index.js';
import { evaluate, type QuantizedNetwork } from '../../src/reference/index.js';
import { runInTheClear } from '../../src/session/clear.js';
import { NetworkSession } from '../../src/session/network-session.js';
import { linearPlans, type PlannedLinear, type ZooName, zooNames, zooNetwork, zooPlan } from '../../src/zoo/index.js';
import { integers } from '../generators.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('network: zoo');

let device: Device;
let arithmetic: TrustedArithmetic;
test.before(async () => {
  device = await wasmDevice();
  arithmetic = await wasmArithmetic();
});
test.after(async () => {
  await device.close();
  arithmetic.close();
});

/** Pixels from -128 to 127, each value equally likely; the top byte of a linear congruential generator. */
function randomImage(network: QuantizedNetwork, start: number): Int16Array {
  let state = start;
  const length = network.tensors[network.input]!.shape.reduce((product, size) => product * size, 1);
  return Int16Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >> 24;
  });
}

const total = (layers: readonly PlannedLinear[], of: (layer: PlannedLinear) => number): number =>
  layers.reduce((sum, layer) => sum + of(layer), 0);

/**
 * At 224 x 224 with 1000 classes. Multiply-accumulates: outputs times weights per output, taps on the padding included.
 * Parameters are those of torchvision's models (which has no MobileNetV1: there, those that Keras trains).
 */
const published: Readonly<Record<ZooName, { layers: number; macs: number; parameters: number }>> = {
  vgg16: { layers: 16, macs: 15_470_264_320, parameters: 138_357_544 },
  vgg19: { layers: 19, macs: 19_632_062_464, parameters: 143_667_240 },
  'mobilenet-v1': { layers: 28, macs: 568_740_352, parameters: 4_231_976 },
  'mobilenet-v1-separable': { layers: 28, macs: 568_740_352, parameters: 4_231_976 },
  'mobilenet-v2': { layers: 53, macs: 300_774_272, parameters: 3_504_872 },
  'resnet-18': { layers: 21, macs: 1_814_073_344, parameters: 11_689_512 },
  'resnet-34': { layers: 37, macs: 3_663_761_408, parameters: 21_797_672 },
  'resnet-50': { layers: 54, macs: 3_857_973_248, parameters: 25_557_032 },
  'resnet-101': { layers: 105, macs: 7_570_194_432, parameters: 44_549_160 },
  'resnet-152': { layers: 156, macs: 11_282_415_616, parameters: 60_192_808 },
};

test('layers, multiply-accumulates and parameters are the published ones', () => {
  assert.equal(zooNames, Object.keys(published));
  for (const name of zooNames) {
    const layers = linearPlans(zooPlan(name));
    // A folded layer has a bias per channel; the published one a batch norm's scale and offset, except in VGG and matrices.
    const perChannel = ({ map }: PlannedLinear): number => (name.startsWith('vgg') || map.kind === 'dense' ? 1 : 2);
    const parameters = total(layers, (layer) => {
      const { map } = layer;
      return outputChannels(map) * (termsPerOutput(map) + perChannel(layer));
    });
    const macs = total(layers, ({ map }) => macCount(map));
    assert.equal({ layers: layers.length, macs, parameters }, published[name], name);
  }
});

test('multipliers use their 31 bits, with shifts that kernels like', () => {
  for (const name of zooNames) {
    for (const operation of zooNetwork(name, { size: 64, width: 0.25 }).operations) {
      if (operation.kind === 'linear') {
        const { shift, multipliers } = operation.requantization!;
        assert.ok(shift >= 32, `${name} ${operation.name}: shift ${shift}`);
        assert.ok(
          multipliers.reduce((a, b) => Math.max(a, b)) >= 2 ** 30 && multipliers.every((value) => value > 2 ** 20),
        );
      }
      if (operation.kind === 'add') {
        assert.ok(operation.shift <= 31 && Math.max(...operation.multipliers) >= 2 ** 30, `${name} ${operation.name}`);
      }
    }
  }
});

/** Distinct values, and the shares at both ends of the range. */
function spreadOf(
  values: ArrayLike<number>,
  minimum: number,
  maximum: number,
): Record<'distinct' | 'top' | 'bottom', number> {
  const all = Array.from(values);
  const share = (end: number): number => all.filter((value) => value === end).length / all.length;
  return { distinct: new Set(all).size, top: share(maximum), bottom: share(minimum) };
}

test('certified; no tensor vanishes or saturates, down to the last layer; logits depend on the image', async () => {
  for (const name of zooNames) {
    // The VGGs at half their width, because they are large and hardly deep; at their own they are certified below.
    const network = zooNetwork(name, { size: 64, seed: 7, width: name.startsWith('vgg') ? 0.5 : 1 });
    const certificate = certify(network);
    assert.is(certificate.layers.length, published[name].layers, name);
    assert.is(certificate.modulus, M31, name);
    const watched = { ...network, outputs: network.tensors.map((_, id) => id) };
    const values = await runInTheClear(watched, arithmetic, randomImage(network, 1));
    values.forEach((tensor, id) => {
      const {
        name: tensorName,
        minimum,
        maximum,
      } = network.tensors[id] as QuantizedNetwork['tensors'][number] & { kind: 'activation' };
      const { distinct, top, bottom } = spreadOf(tensor, minimum, maximum);
      const where = `${name} ${tensorName}: ${distinct} values, ${top} at the top, ${bottom} at the bottom`;
      assert.ok(distinct >= 60, where);
      assert.ok(top < 0.15, where);
      assert.ok(bottom < (minimum < 0 ? 0.15 : 0.75), where);
    });
    const [other] = await runInTheClear(network, arithmetic, randomImage(network, 2));
    const differing = other!.filter((value, index) => value !== values.at(-1)![index]).length;
    assert.ok(differing > 0.8 * other!.length, `${name}: ${differing} of ${other!.length} logits differ`);
  }
});

test('the longest sums of all are certified: VGG at the usual size', () => {
  const { layers, modulus } = certify(zooNetwork('vgg16'));
  assert.is(modulus, M31);
  assert.is(Math.max(...layers.map(({ bits }) => bits)), 29);
});

test('runs in the clear equal the reference', async () => {
  const names = ['mobilenet-v1', 'mobilenet-v1-separable', 'mobilenet-v2', 'resnet-18', 'resnet-50'] as const;
  for (const name of names) {
    const network = zooNetwork(name, { size: 32, classes: 5, width: 0.25 });
    const x = randomImage(network, 3);
    const [values] = await runInTheClear(network, arithmetic, x);
    assert.equal(Array.from(values!), evaluate(network, integers(x))[0]!.map(Number), name);
  }
});

test('a private, verified run equals the run in the clear', async () => {
  for (const name of ['mobilenet-v2', 'resnet-50', 'vgg16'] as const) {
    const network = zooNetwork(name, { size: 32, classes: 10, width: 0.25 });
    const x = randomImage(network, 4);
    const randomness = seededRandomness(seed);
    const session = await NetworkSession.open({ network, device, arithmetic, randomness, plan: 'all' });
    try {
      await session.prepare(1);
      const { outputs, costs } = await session.run(x);
      assert.is(costs.verifiedLayers, published[name].layers);
      const clear = await runInTheClear(network, arithmetic, x);
      assert.equal(outputs[0]!.values, clear[0], name);
    } finally {
      session.close();
    }
  }
});

test('a seed and a name decide the weights', () => {
  const make = (name: ZooName, options: { seed?: number; size?: number }): QuantizedNetwork =>
    zooNetwork(name, { size: 32, classes: 3, ...options });
  assert.equal(make('mobilenet-v2', { seed: 5 }), make('mobilenet-v2', { seed: 5 }));
  const weights = (network: QuantizedNetwork): Int16Array[] => linearOperations(network).map(({ map }) => map.weights);
  const five = weights(make('mobilenet-v1', { seed: 5 }));
  weights(make('mobilenet-v1', { seed: 6 })).forEach((other, layer) => {
    assert.not.equal(other, five[layer]);
  });
  assert.equal(weights(make('mobilenet-v1', { seed: 5, size: 64 })), five, 'the size of the image is no part of it');
  assert.not.equal(weights(make('mobilenet-v1', {})), five);
});

test('weights are bell-shaped, from -127 to 127, with 127 in every channel', () => {
  for (const { name, map } of linearOperations(zooNetwork('resnet-18', { size: 32 }))) {
    const terms = termsPerOutput(map);
    for (let channel = 0; channel < outputChannels(map); channel++) {
      const largest = map.weights
        .subarray(channel * terms, (channel + 1) * terms)
        .reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
      assert.is(largest, 127, `${name}, channel ${channel}`);
    }
    const mean = map.weights.reduce((sum, weight) => sum + weight, 0) / map.weights.length;
    const spread = Math.sqrt(map.weights.reduce((sum, weight) => sum + weight ** 2, 0) / map.weights.length);
    assert.ok(Math.abs(mean) < 1, `${name}: mean ${mean}`);
    assert.ok(spread > 30 && spread < 60, `${name}: standard deviation ${spread}`);
  }
});

test('any size and class count that can work does', () => {
  for (const name of zooNames) {
    for (const size of [32, 33, 47, 100]) {
      const network = zooNetwork(name, { size, classes: 1, width: 1 / 8 });
      certify(network);
      assert.equal(network.tensors[network.input]!.shape, [size, size, 3]);
      assert.equal(network.tensors[network.outputs[0]!]!.shape, [1]);
    }
  }
  certify(zooNetwork('mobilenet-v2', { size: 1024, width: 0.25 }));
});

test('what cannot work is refused in plain words', () => {
  const refused = (work: () => unknown, message: RegExp): void => {
    assert.throws(work, (error: unknown) => error instanceof RangeError && message.test(error.message));
  };
  refused(() => zooNetwork('vgg11' as ZooName), /there is no network "vgg11": choose from vgg16, vgg19, mobilenet-v1/);
  refused(() => zooNetwork('toString' as ZooName), /there is no network "toString"/);
  refused(() => zooNetwork('vgg16', { size: 31 }), /size must be a whole number from 32 to 2048, not 31/);
  refused(() => zooNetwork('vgg16', { size: 32.5 }), /size must be a whole number/);
  refused(() => zooNetwork('resnet-50', { classes: 0 }), /classes must be a whole number from 1 to 65536, not 0/);
  refused(() => zooNetwork('resnet-50', { width: Number.NaN }), /width must be a number from 0.125 to 2, not NaN/);
  refused(() => zooNetwork('resnet-50', { seed: -1 }), /seed must be a whole number from 0 to 4294967295, not -1/);
  refused(
    () => zooNetwork('vgg19', { size: 544 }),
    /vgg19 cannot take images of 544 x 544: layer fc6 would add up 147968 products/,
  );
  assert.throws(
    () => zooNetwork('vgg16', { size: '64' as unknown as number }),
    (error: unknown) => error instanceof TypeError && /size must be a number/.test(error.message),
  );
});
