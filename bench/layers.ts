/**
 * Every linear layer of three networks at 224 x 224, as shapes: VGG16, MobileNetV1 and ResNet-152 (the first version, with
 * the stride in the first pointwise convolution of a block). Weights and inputs are made of a layer's name, so that every
 * device computes the same thing and their checksums can be compared.
 */
import type { Convolution, LinearMap, Padding } from '../src/reference/linear-map.js';

/** A shape, and how often the network has it. The map has no weights yet: see `withWeights`. */
export interface Layer {
  readonly name: string;
  readonly shape: LinearMap;
  count: number;
}

const inputRange = { minimum: -128, maximum: 127 };
const none = new Int16Array(0);

/** What TensorFlow calls SAME: the odd zero goes below and to the right. */
function same(side: number, kernel: number, stride: number): Padding {
  const zeros = Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel - side);
  const before = zeros >> 1;
  return { top: before, bottom: zeros - before, left: before, right: zeros - before };
}

/** Collects the layers of a network in order, equal shapes once. */
class Builder {
  readonly layers = new Map<string, Layer>();

  #add(name: string, shape: LinearMap): void {
    const known = this.layers.get(name);
    if (known === undefined) this.layers.set(name, { name, shape, count: 1 });
    else known.count++;
  }

  /** Square images and kernels; returns the side of the output. */
  convolution(side: number, inputs: number, outputs: number, kernel: number, stride = 1, groups = 1): number {
    const kind = groups > 1 ? 'depthwise ' : '';
    const step = stride > 1 ? ` stride ${stride}` : '';
    const shape: Convolution = {
      kind: 'convolution',
      input: { height: side, width: side, channels: inputs },
      kernel: { height: kernel, width: kernel },
      stride: { y: stride, x: stride },
      dilation: { y: 1, x: 1 },
      padding: same(side, kernel, stride),
      groups,
      outputChannels: outputs,
      weights: none,
      inputRange,
    };
    this.#add(`${kind}${kernel}x${kernel} ${side}x${side} ${inputs}->${outputs}${step}`, shape);
    return Math.ceil(side / stride);
  }

  dense(inputs: number, outputs: number): void {
    this.#add(`dense ${inputs}->${outputs}`, { kind: 'dense', inputs, outputs, weights: none, inputRange });
  }
}

function vgg16(network: Builder): void {
  let [side, channels] = [224, 3];
  for (const [width, repeats] of [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ] as const) {
    for (let i = 0; i < repeats; i++, channels = width) network.convolution(side, channels, width, 3);
    side /= 2;
  }
  network.dense(side * side * channels, 4096);
  network.dense(4096, 4096);
  network.dense(4096, 1000);
}

function mobileNetV1(network: Builder): void {
  let side = network.convolution(224, 3, 32, 3, 2);
  let channels = 32;
  const widths = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
  widths.forEach((width, index) => {
    const stride = [1, 3, 5, 11].includes(index) ? 2 : 1;
    side = network.convolution(side, channels, channels, 3, stride, channels);
    network.convolution(side, channels, width, 1);
    channels = width;
  });
  network.dense(channels, 1000);
}

function resNet152(network: Builder): void {
  let side = network.convolution(224, 3, 64, 7, 2) / 2;
  let channels = 64;
  [3, 8, 36, 3].forEach((blocks, stage) => {
    const width = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      if (block === 0) network.convolution(side, channels, 4 * width, 1, stride);
      side = network.convolution(side, channels, width, 1, stride);
      network.convolution(side, width, width, 3);
      network.convolution(side, width, 4 * width, 1);
      channels = 4 * width;
    }
  });
  network.dense(channels, 1000);
}

const builders: Readonly<Record<string, (network: Builder) => void>> = {
  VGG16: vgg16,
  MobileNetV1: mobileNetV1,
  'ResNet-152': resNet152,
};

/** The networks' names. */
export const networkNames: readonly string[] = Object.keys(builders);

/** The distinct linear layers of a network, in the order in which they first occur. */
export function layersOf(network: string): Layer[] {
  const builder = new Builder();
  builders[network]!(builder);
  return [...builder.layers.values()];
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
  const { kind } = shape;
  const length =
    kind === 'dense'
      ? shape.inputs * shape.outputs
      : (shape.outputChannels * shape.kernel.height * shape.kernel.width * shape.input.channels) / shape.groups;
  return { ...shape, weights: fillFrom(`weights of ${name}`, new Int16Array(length), -127, 127) };
}
