/** The networks that the Slalom paper ran, and their relatives, by name. */

import { termsPerOutput } from '../model/linear-map.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { fillPlan } from './fill-plan.js';
import { mobileNetV1 } from './mobilenet-v1.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import { type Plan, PlanBuilder, type PlannedLinear } from './plan.js';
import { basicResNet, bottleneckResNet } from './resnet.js';
import { type NetworkSketch, scaledChannels } from './sketch.js';
import { vgg } from './vgg.js';

const sketches = {
  vgg16: vgg([2, 2, 3, 3, 3]),
  vgg19: vgg([2, 2, 4, 4, 4]),
  'mobilenet-v1': mobileNetV1('relu6'),
  'mobilenet-v1-separable': mobileNetV1('none'),
  'mobilenet-v2': mobileNetV2,
  'resnet-18': basicResNet([2, 2, 2, 2]),
  'resnet-34': basicResNet([3, 4, 6, 3]),
  'resnet-50': bottleneckResNet([3, 4, 6, 3]),
  'resnet-101': bottleneckResNet([3, 4, 23, 3]),
  'resnet-152': bottleneckResNet([3, 8, 36, 3]),
} satisfies Readonly<Record<string, NetworkSketch>>;

/** A network of the zoo. */
export type ZooName = keyof typeof sketches;

/** All of them. */
export const zooNames = Object.keys(sketches) as readonly ZooName[];

/** What may vary about a network of the zoo. */
export interface ZooOptions {
  /** Height and width of the image, from 32 to 2048; 224 unless given. */
  readonly size?: number;
  /** Length of the output, from 1 to 65536; 1000 unless given. */
  readonly classes?: number;
  /** The width multiplier, from 1/8 to 2: every inner channel count times this, in multiples of 8. 1 unless given. */
  readonly width?: number;
}

/** In rows this long the mean of |w| is below 32, so the sum of |w x| stays below 255 * 32 * 2^17 < 2^30, as certificates ask. */
const MOST_TERMS = 2 ** 17;

function inRange(value: number, name: string, minimum: number, maximum: number, whole = true): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!(value >= minimum && value <= maximum) || (whole && !Number.isInteger(value))) {
    throw new RangeError(
      `${name} must be a ${whole ? 'whole ' : ''}number from ${minimum} to ${maximum}, not ${value}`,
    );
  }
  return value;
}

/**
 * The shapes of a network, without weights.
 * @throws as `zooNetwork`
 */
export function zooPlan(name: ZooName, options: ZooOptions = {}): Plan {
  const sketch = Object.hasOwn(sketches, name) ? sketches[name] : undefined;
  if (sketch === undefined) throw new RangeError(`there is no network "${name}": choose from ${zooNames.join(', ')}`);
  const size = inRange(options.size ?? 224, 'size', 32, 2048);
  const classes = inRange(options.classes ?? 1000, 'classes', 1, 65536);
  const width = inRange(options.width ?? 1, 'width', 1 / 8, 2, false);
  const plan = new PlanBuilder(size);
  sketch(plan, { classes, width, scaled: (channels) => scaledChannels(channels, width) });
  for (const layer of linearPlans(plan)) {
    const terms = termsPerOutput(layer.map);
    if (terms > MOST_TERMS) {
      throw new RangeError(
        `${name} cannot take images of ${size} x ${size}: layer ${layer.name} would add up ${terms} products, ` +
          `and no more than ${MOST_TERMS} are sure to fit 31 bits`,
      );
    }
  }
  return plan;
}

/** The linear layers of a plan, in order; their maps are whole except that they have no weights. */
export function linearPlans(plan: Plan): PlannedLinear[] {
  return plan.operations.filter((operation) => operation.kind === 'linear');
}

/**
 * A network of the zoo with weights that are generated from a seed: for speed and for tests, it classifies nothing.
 * Structure, shapes and counts are those of the published network with its batch norms folded (so a layer has biases), and
 * with TensorFlow's SAME padding; ResNets are of the first version, with the stride in the first 1 x 1 of a bottleneck.
 * Images are integers in [-128, 127], [size, size, 3]. The output is one tensor of `classes` logits, requantized to
 * [-128, 127]; there is no softmax. Weights are bell-shaped, from -127 to 127, and scales are chosen such that tensors
 * spread over their eight bits down to the last layer.
 * @param options size, classes, width; `seed` is a whole number from 0 to 2^32 - 1, 1 unless given; equal seeds give
 * equal networks, and a layer's weights depend on the seed, its name and its shape only
 * @throws RangeError when there is no such network, an option is out of its range, or an image is too large for the
 * network's first matrix; TypeError when an option is not a number
 * @example
 * const network = zooNetwork('mobilenet-v2', { size: 96, classes: 10 });
 */
export function zooNetwork(name: ZooName, options: ZooOptions & { readonly seed?: number } = {}): QuantizedNetwork {
  const seed = inRange(options.seed ?? 1, 'seed', 0, 2 ** 32 - 1);
  return fillPlan(zooPlan(name, options), name, seed);
}
