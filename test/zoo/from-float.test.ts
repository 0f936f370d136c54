/** Networks of the zoo that get the weights of a trained one. */
import * as assert from 'uvu/assert';
import { evaluateFloat, type FloatNetwork, FloatNetworkBuilder } from '../../src/graph/index.js';
import { ModelError } from '../../src/model/errors.js';
import { outputChannels, termsPerOutput } from '../../src/model/linear-map.js';
import { aQuantizedNetwork } from '../../src/operations/validate-network.js';
import { calibrate, quantize } from '../../src/quantizer/index.js';
import type { TensorId } from '../../src/reference/index.js';
import { type ZooName, zooFloatNetwork, zooNames, zooPlan } from '../../src/zoo/index.js';
import { normParameters, numbers } from '../session/random-network.js';
import { suite } from '../suite.js';

const test = suite('network: zoo from float');

const OPTIONS = { size: 32, classes: 7, width: 1 / 8 };

/** What may be otherwise about a file than about the zoo. */
interface Habits {
  /** Zeros on both sides alike, as PyTorch pads. */
  readonly symmetric?: boolean;
  /** The layer whose convolution is another one. */
  readonly other?: string;
}

/** A file of that network as somebody trained it: batch norms, activations by themselves, names of its own, a softmax. */
function trained(name: ZooName, seed: number, { symmetric = false, other }: Habits = {}): FloatNetwork {
  const plan = zooPlan(name, OPTIONS);
  const random = numbers(seed);
  const net = new FloatNetworkBuilder('trained', plan.tensors[0]!.shape);
  const ids = new Map<TensorId, number>([[0, net.input]]);
  const at = (id: TensorId): number => ids.get(id)!;
  let count = 0;
  const next = (): string => `n${count++}`;
  for (const operation of plan.operations) {
    const set = (id: number): unknown => ids.set(operation.output, id);
    if (operation.kind === 'linear') {
      const { map, activation } = operation;
      const [channels, terms] = [outputChannels(map), termsPerOutput(map)];
      const weights = random(channels * terms, 2 / Math.sqrt(terms));
      if (map.kind === 'dense') {
        const dense = net.dense(at(operation.input), next(), weights, random(channels));
        set(activation === 'none' ? dense : net.activation(dense, next(), activation));
        continue;
      }
      const { kernel, dilation, groups, padding } = map;
      const strided = operation.name === other ? { y: 3, x: 3 } : map.stride;
      const side = Math.floor(kernel.height / 2);
      const convolved = net.convolution(at(operation.input), {
        name: next(),
        kernel,
        stride: strided,
        dilation,
        groups,
        padding: symmetric ? { top: side, bottom: side, left: side, right: side } : padding,
        weights,
        outputChannels: channels,
      });
      const normalized = net.batchNorm(convolved, next(), normParameters(random, channels), 1e-5);
      set(activation === 'none' ? normalized : net.activation(normalized, next(), activation));
    } else if (operation.kind === 'add') {
      // The other way round.
      const sum = net.add(at(operation.branch), at(operation.shortcut), next());
      set(operation.activation === 'none' ? sum : net.activation(sum, next(), operation.activation));
    } else if (operation.kind === 'reshape') {
      set(net.reshape(at(operation.input), next(), plan.tensors[operation.output]!.shape));
    } else {
      const { kind, window, stride, padding } = operation;
      set(net.pool(at(operation.input), next(), kind, window, { stride, padding }));
    }
  }
  return net.build([net.softmax(at(plan.tensors.length - 1), 'probabilities')]);
}

/** The logits: of the trained network what its softmax reads. */
function logits(network: FloatNetwork, input: Float32Array): Float32Array {
  const last = network.operations.at(-1)!;
  const id = last.kind === 'softmax' ? last.input : network.outputs[0]!;
  return evaluateFloat(network, input)[id]!;
}

/** How far two networks' logits are apart, beside the largest of them. */
function distance(source: FloatNetwork, filled: FloatNetwork): number {
  const input = numbers(99)(OPTIONS.size ** 2 * 3);
  const expected = logits(source, input);
  const actual = logits(filled, input);
  assert.is(actual.length, OPTIONS.classes);
  const differences = expected.map((value, index) => Math.abs(value - actual[index]!));
  return Math.max(...differences) / Math.max(...expected.map(Math.abs));
}

test('every network of the zoo takes the weights of a trained one, and is then the same function', () => {
  zooNames.forEach((name, seed) => {
    const source = trained(name, seed);
    const filled = zooFloatNetwork(name, source, { width: OPTIONS.width });
    assert.equal(
      filled.tensors.map(({ name: tensor }) => tensor),
      zooPlan(name, OPTIONS).tensors.map(({ name: tensor }) => tensor),
    );
    assert.not(filled.operations.some(({ kind }) => kind === 'batchNorm' || kind === 'softmax'));
    assert.ok(distance(source, filled) < 1e-4, name);
  });
});

test("padding is the file's", () => {
  for (const name of ['resnet-18', 'mobilenet-v2'] as const) {
    const source = trained(name, 5, { symmetric: true });
    const filled = zooFloatNetwork(name, source, { width: OPTIONS.width });
    assert.ok(distance(source, filled) < 1e-4, name);
    assert.ok(distance(trained(name, 5), filled) > 0.01, `${name} with TensorFlow's padding is another function`);
  }
});

test('it is quantized as any float network', async () => {
  const filled = zooFloatNetwork('mobilenet-v1', trained('mobilenet-v1', 3), { width: OPTIONS.width });
  const inputs = [1, 2, 3].map((seed) => numbers(seed)(OPTIONS.size ** 2 * 3));
  const network = aQuantizedNetwork(quantize(filled, await calibrate(filled, inputs)));
  assert.is(network.operations.filter(({ kind }) => kind === 'linear').length, 28);
});

test('what does not fit is refused with the layer and the difference', () => {
  const refused = (work: () => unknown, message: RegExp): void => {
    assert.throws(work, (error: unknown) => {
      if (!(error instanceof ModelError) || !message.test(error.message)) throw error;
      return true;
    });
  };
  const width = OPTIONS.width;
  refused(
    () => zooFloatNetwork('mobilenet-v1', trained('mobilenet-v1-separable', 1), { width }),
    /"trained" do not fit mobilenet-v1: ".*" is a 3 x 3 convolution .* then relu6, and in its place is a 3 x 3 convolution .*\]\s?\("n\d+"\)/,
  );
  refused(
    () => zooFloatNetwork('vgg16', trained('vgg19', 1), { width }),
    /is the maximum .* and in its place is a 3 x 3 conv/,
  );
  refused(() => zooFloatNetwork('resnet-50', trained('resnet-101', 1), { width }), /is .*, and in its place is /);
  refused(
    () => zooFloatNetwork('resnet-18', trained('resnet-18', 1), { width: 1 / 4 }),
    /from 128 to 7 numbers.*from 64 to 7/,
  );
  refused(() => zooFloatNetwork('resnet-18', trained('resnet-18', 1), { width, size: 64 }), /32 rows, not 64/);
  refused(() => zooFloatNetwork('resnet-18', trained('resnet-18', 1), { width, classes: 8 }), /to 8 numbers/);
  refused(() => {
    const net = new FloatNetworkBuilder('grey', [32, 32, 1]);
    return zooFloatNetwork('resnet-18', net.build([net.activation(net.input, 'out', 'relu')]));
  }, /its input is \[32,32,1\]/);
  assert.throws(() => zooFloatNetwork('vgg11' as ZooName, trained('vgg16', 1)), RangeError);
});
