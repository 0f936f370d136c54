/**
 * Every linear layer of four networks of the zoo at 224 x 224, as shapes. Weights and inputs are made of a layer's name, so
 * that every device computes the same thing and their checksums can be compared.
 */

import { type LinearMap, outputChannels, termsPerOutput } from '../src/model/linear-map.js';
import { linearPlans, type ZooName, zooPlan } from '../src/zoo/index.js';

/** A shape, and how often the network has it. The map has no weights yet: see `withWeights`. */
export interface Layer {
  readonly name: string;
  readonly shape: LinearMap;
  count: number;
}

const networks: Readonly<Record<string, ZooName>> = {
  VGG16: 'vgg16',
  MobileNetV1: 'mobilenet-v1',
  MobileNetV2: 'mobilenet-v2',
  'ResNet-152': 'resnet-152',
};

/** The networks' names. */
export const networkNames: readonly string[] = Object.keys(networks);

/** What every layer takes here, also where the network has [0, 255], so that one shape is one layer. */
const inputRange = { minimum: -128, maximum: 127 };

/** A name that says the shape; images and kernels are square. */
function shapeName(map: LinearMap): string {
  if (map.kind === 'dense') return `dense ${map.inputs}->${map.outputs}`;
  const { input, kernel, stride, groups } = map;
  const kind = groups > 1 ? 'depthwise ' : '';
  const step = stride.y > 1 ? ` stride ${stride.y}` : '';
  const sides = `${kernel.height}x${kernel.width} ${input.height}x${input.width}`;
  return `${kind}${sides} ${input.channels}->${map.outputChannels}${step}`;
}

/** The distinct linear layers of a network, in the order in which they first occur. */
export function layersOf(network: string): Layer[] {
  const layers = new Map<string, Layer>();
  for (const { map } of linearPlans(zooPlan(networks[network]!))) {
    const name = shapeName(map);
    const known = layers.get(name);
    if (known === undefined) layers.set(name, { name, shape: { ...map, inputRange }, count: 1 });
    else known.count++;
  }
  return [...layers.values()];
}

/** Fills an array with whole numbers of a range that follow from a text. */
export function fillFrom<A extends Int16Array | Uint32Array>(
  text: string,
  array: A,
  minimum: number,
  maximum: number,
): A {
  let state = 1;
  for (const letter of text) state = (Math.imul(state, 16777619) ^ letter.charCodeAt(0)) >>> 0;
  const span = maximum - minimum + 1;
  for (let i = 0; i < array.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    array[i] = minimum + Math.floor((state / 2 ** 32) * span);
  }
  return array;
}

/** The layer's map with 8-bit weights, all values equally likely. */
export function withWeights({ name, shape }: Layer): LinearMap {
  const weights = new Int16Array(outputChannels(shape) * termsPerOutput(shape));
  return { ...shape, weights: fillFrom(`weights of ${name}`, weights, -127, 127) };
}
