/**
 * The plan of a network: its tensors and operations without any weights, so that shapes can be had without filling
 * hundreds of millions of numbers.
 */

import { type Activation, asImage, entryCount, samePadding, VALID } from '../graph/index.js';
import { pooledShape } from '../model/image-shape.js';
import { type Convolution, type LinearMap, outputExtent } from '../model/linear-map.js';
import type { TensorId } from '../model/tensor.js';
import type { PoolOperation, ReshapeOperation } from '../model/trusted-operations.js';

/** A tensor of centred integers in [minimum, maximum]. */
export interface PlannedTensor {
  /** What messages call it. */
  readonly name: string;
  /** [height, width, channels] or [length]. */
  readonly shape: readonly number[];
  /** No entry is below. */
  readonly minimum: number;
  /** No entry is above. */
  readonly maximum: number;
}

/** A linear layer; its map is whole except that it has no weights. */
export interface PlannedLinear {
  /** Tells operations apart. */
  readonly kind: 'linear';
  /** The name of the layer and of its output. */
  readonly name: string;
  /** The tensor that it reads. */
  readonly input: TensorId;
  /** The tensor that it makes. */
  readonly output: TensorId;
  /** L, without weights. */
  readonly map: LinearMap;
  /** What is done to the result. */
  readonly activation: Activation;
}

/** The sum of a shortcut and a branch, whose last operation is a linear layer that nothing else reads. */
export interface PlannedAdd {
  /** Tells operations apart. */
  readonly kind: 'add';
  /** The name of the sum and of its output. */
  readonly name: string;
  /** The tensor that went round. */
  readonly shortcut: TensorId;
  /** The tensor that went through layers. */
  readonly branch: TensorId;
  /** The tensor that it makes. */
  readonly output: TensorId;
  /** What is done to the sum. */
  readonly activation: Activation;
}

/** Any operation of a plan. */
export type PlannedOperation = PlannedLinear | PlannedAdd | PoolOperation | ReshapeOperation;

/** A network without weights. Tensor 0 is the input, the last tensor is the output. */
export interface Plan {
  /** All tensors; operations name them by their index. */
  readonly tensors: readonly PlannedTensor[];
  /** In an order in which they can be evaluated. */
  readonly operations: readonly PlannedOperation[];
}

/** How a convolution differs from a 1 x 1 one that is followed by nothing. */
export interface ConvolutionPlan {
  /** Both sides of the kernel; 1 unless given. */
  readonly kernel?: number;
  /** In both directions; 1 unless given. */
  readonly stride?: number;
  readonly activation?: Activation;
  /** One filter per channel, instead of every channel into every output. */
  readonly depthwise?: boolean;
}

/** Inputs, linear bottlenecks and logits are signed; after a ReLU nothing is below zero. Both are eight bits. */
const SIGNED = { minimum: -128, maximum: 127 };
const UNSIGNED = { minimum: 0, maximum: 255 };
const rangeAfter = (activation: Activation): typeof SIGNED => (activation === 'none' ? SIGNED : UNSIGNED);

const NO_WEIGHTS = new Int16Array(0);

/** Writes a plan down; every method adds one operation and returns its output. Padding is TensorFlow's SAME. */
export class PlanBuilder implements Plan {
  readonly tensors: PlannedTensor[] = [];
  readonly operations: PlannedOperation[] = [];
  readonly input: TensorId;

  constructor(size: number) {
    this.input = this.#tensor('image', [size, size, 3], SIGNED);
  }

  channels(id: TensorId): number {
    return this.tensors[id]!.shape.at(-1)!;
  }

  convolution(input: TensorId, name: string, outputChannels: number, how: ConvolutionPlan = {}): TensorId {
    const { kernel = 1, stride = 1, activation = 'none', depthwise = false } = how;
    const from = this.tensors[input]!;
    const image = asImage(from.shape);
    const sides = { height: kernel, width: kernel };
    const steps = { y: stride, x: stride };
    const map: Convolution = {
      kind: 'convolution',
      input: image,
      kernel: sides,
      stride: steps,
      dilation: { y: 1, x: 1 },
      padding: samePadding(image, sides, steps),
      groups: depthwise ? image.channels : 1,
      outputChannels,
      weights: NO_WEIGHTS,
      inputRange: { minimum: from.minimum, maximum: from.maximum },
    };
    const { height, width } = outputExtent(map);
    const output = this.#tensor(name, [height, width, outputChannels], rangeAfter(activation));
    this.operations.push({ kind: 'linear', name, input, output, map, activation });
    return output;
  }

  dense(input: TensorId, name: string, outputs: number, activation: Activation = 'none'): TensorId {
    const { shape, minimum, maximum } = this.tensors[input]!;
    const inputRange = { minimum, maximum };
    const map: LinearMap = { kind: 'dense', inputs: entryCount(shape), outputs, weights: NO_WEIGHTS, inputRange };
    const output = this.#tensor(name, [outputs], rangeAfter(activation));
    this.operations.push({ kind: 'linear', name, input, output, map, activation });
    return output;
  }

  /** Square windows; `same` pads so that every pixel is in a window, otherwise an odd last row and column are dropped. */
  maxPool(input: TensorId, name: string, side: number, padding: 'same' | 'valid'): TensorId {
    const image = asImage(this.tensors[input]!.shape);
    const window = { height: side, width: side };
    const stride = { y: 2, x: 2 };
    return this.#pool('maxPool', input, name, {
      window,
      stride,
      padding: padding === 'same' ? samePadding(image, window, stride) : VALID,
    });
  }

  /** The average of each channel over the whole image, as a vector. */
  globalAverage(input: TensorId, name: string): TensorId {
    const { height, width } = asImage(this.tensors[input]!.shape);
    const stride = { y: 1, x: 1 };
    const average = this.#pool('averagePool', input, name, { window: { height, width }, stride, padding: VALID });
    return this.flatten(average, `${name}_flat`);
  }

  /** The entries of an image as a vector, row by row with channels last. */
  flatten(input: TensorId, name: string): TensorId {
    const from = this.tensors[input]!;
    const output = this.#tensor(name, [entryCount(from.shape)], from);
    this.operations.push({ kind: 'reshape', name, input, output });
    return output;
  }

  add(shortcut: TensorId, branch: TensorId, name: string, activation: Activation = 'none'): TensorId {
    const output = this.#tensor(name, this.tensors[branch]!.shape, rangeAfter(activation));
    this.operations.push({ kind: 'add', name, shortcut, branch, output, activation });
    return output;
  }

  #pool(
    kind: PoolOperation['kind'],
    input: TensorId,
    name: string,
    how: Pick<PoolOperation, 'window' | 'stride' | 'padding'>,
  ): TensorId {
    const from = this.tensors[input]!;
    const { minimum, maximum } = from;
    const { height, width, channels } = pooledShape(asImage(from.shape), {
      kind,
      ...how,
      minimum,
      maximum,
      name,
      input,
      output: 0,
    });
    const output = this.#tensor(name, [height, width, channels], from);
    this.operations.push({ kind, name, input, output, ...how, minimum, maximum });
    return output;
  }

  #tensor(
    name: string,
    shape: readonly number[],
    { minimum, maximum }: { minimum: number; maximum: number },
  ): TensorId {
    return this.tensors.push({ name, shape, minimum, maximum }) - 1;
  }
}
