/** Writes a float network down operation by operation: computes shapes, and refuses operations that do not fit. */

import { ModelError } from '../model/errors.js';
import type { Padding } from '../model/shapes.js';
import { endsIn, type Quantization } from '../model/tensor.js';
import type { ConvolutionOptions, Windowing } from './builder-options.js';
import type { Composition } from './composition.js';
import {
  type Activation,
  type Axes,
  asImage,
  entryCount,
  type FloatInterpolation,
  type FloatNetwork,
  type FloatOperation,
  type FloatPair,
  type FloatTensor,
  type FloatTensorId,
  type LayerWeights,
  type Reals,
  type Size,
} from './float-network.js';
import type { RealFunction } from './functions.js';
import { samePadding, VALID, windowCount } from './padding.js';
import { pairedShape, repeated } from './places.js';

const ONE: Axes = { y: 1, x: 1 };

function requireLength(array: ArrayLike<number>, length: number, what: string): void {
  if (array.length !== length) throw new ModelError(`${what} needs ${length} numbers, not ${array.length}.`);
}

function requireWeights(weights: LayerWeights, outputs: number, terms: number, what: string): void {
  requireLength('codes' in weights ? weights.codes : weights, outputs * terms, what);
  if ('codes' in weights) requireLength(weights.scales, outputs, `${what} has scales, of which it`);
}

/** The smallest and the largest entry; of an empty list, neither is a number. */
function extremes(list: Int32Array): [number, number] {
  let [least, most] = [list[0] ?? Number.NaN, list[0] ?? Number.NaN];
  for (const entry of list) {
    least = Math.min(least, entry);
    most = Math.max(most, entry);
  }
  return [least, most];
}

/** Every method adds one operation and returns its output tensor, which has the operation's name. */
export class OperationBuilder {
  /** The input tensor. */
  readonly input: FloatTensorId;
  readonly #tensors: FloatTensor[] = [];
  readonly #operations: FloatOperation[] = [];
  readonly #names = new Set<string>();
  readonly #name: string;

  constructor(name: string, inputShape: readonly number[]) {
    this.#name = name;
    this.input = this.#tensor('input', inputShape);
  }

  /** The shape of a tensor. @throws ModelError when there is no such tensor */
  shape(id: FloatTensorId): readonly number[] {
    const tensor = this.#tensors[id];
    if (tensor === undefined) throw new ModelError(`The network has no tensor number ${id}.`);
    return tensor.shape;
  }

  /** Cross-correlation with a bias. @throws ModelError when groups, weights or bias do not fit */
  convolution(input: FloatTensorId, options: ConvolutionOptions): FloatTensorId {
    const { name, kernel, weights, outputChannels, stride = ONE, dilation = ONE, groups = 1 } = options;
    this.#real(input);
    const image = asImage(this.shape(input));
    const padding = this.#padding(image, kernel, options.padding, stride, dilation);
    if (image.channels % groups !== 0 || outputChannels % groups !== 0) {
      throw new ModelError(`The groups of "${name}" must divide its channel counts.`);
    }
    const terms = kernel.height * kernel.width * (image.channels / groups);
    requireWeights(weights, outputChannels, terms, `The kernel of "${name}"`);
    const bias = options.bias ?? new Float32Array(outputChannels);
    requireLength(bias, outputChannels, `The bias of "${name}"`);
    const output = this.#windows(name, image, kernel, padding, stride, dilation, outputChannels);
    const activation = options.activation ?? 'none';
    const kind = 'convolution';
    this.#operations.push({
      kind,
      name,
      input,
      output,
      kernel,
      stride,
      dilation,
      padding,
      groups,
      weights,
      bias,
      activation,
    });
    return output;
  }

  /**
   * A matrix with a bias.
   * @param weights [outputs][inputs], as many outputs as the bias has entries
   * @throws ModelError when the weights do not fit
   */
  dense(
    input: FloatTensorId,
    name: string,
    weights: LayerWeights,
    bias: Reals,
    activation: Activation = 'none',
  ): FloatTensorId {
    this.#real(input);
    requireWeights(weights, bias.length, entryCount(this.shape(input)), `The matrix of "${name}"`);
    const output = this.#tensor(name, [bias.length]);
    this.#operations.push({ kind: 'dense', name, input, output, weights, bias, activation });
    return output;
  }

  /** Batch normalization with fixed statistics. @throws ModelError when an array has not one entry per channel */
  batchNorm(
    input: FloatTensorId,
    name: string,
    parameters: Readonly<Record<'scale' | 'offset' | 'mean' | 'variance', Reals>>,
    epsilon: number,
  ): FloatTensorId {
    this.#real(input);
    const { scale, offset, mean, variance } = parameters;
    const { channels } = asImage(this.shape(input));
    for (const array of [scale, offset, mean, variance]) requireLength(array, channels, `The batch norm "${name}"`);
    const output = this.#tensor(name, this.shape(input));
    this.#operations.push({ kind: 'batchNorm', name, input, output, scale, offset, mean, variance, epsilon });
    return output;
  }

  /** An activation by itself. */
  activation(input: FloatTensorId, name: string, activation: Activation): FloatTensorId {
    this.#real(input);
    const output = this.#tensor(name, this.shape(input));
    this.#operations.push({ kind: 'activation', name, input, output, activation });
    return output;
  }

  /** The sum of two tensors of one shape. @throws ModelError when shapes differ */
  add(a: FloatTensorId, b: FloatTensorId, name: string, activation: Activation = 'none'): FloatTensorId {
    this.#real(a);
    this.#real(b);
    if (this.shape(a).join() !== this.shape(b).join()) {
      throw new ModelError(`"${name}" adds tensors of different shapes.`);
    }
    const output = this.#tensor(name, this.shape(a));
    this.#operations.push({ kind: 'add', name, inputs: [a, b], output, activation });
    return output;
  }

  /** The stride is the window's size unless given. */
  pool(
    input: FloatTensorId,
    name: string,
    kind: 'averagePool' | 'maxPool',
    window: Size,
    how: Windowing = {},
  ): FloatTensorId {
    if (kind === 'averagePool') this.#real(input);
    const image = asImage(this.shape(input));
    const stride = how.stride ?? { y: window.height, x: window.width };
    const padding = this.#padding(image, window, how.padding, stride, ONE);
    if (
      Math.max(padding.top, padding.bottom) >= window.height ||
      Math.max(padding.left, padding.right) >= window.width
    ) {
      throw new ModelError(`The padding of "${name}" must be smaller than its window.`);
    }
    const output = this.#windows(name, image, window, padding, stride, ONE, image.channels, this.format(input));
    this.#operations.push({ kind, name, input, output, window, stride, padding });
    return output;
  }

  /** Concatenation along an axis. @throws ModelError when the other sides differ */
  concat(inputs: readonly FloatTensorId[], name: string, axis: number): FloatTensorId {
    const shapes = inputs.map((id) => this.shape(id));
    const rest = (shape: readonly number[]): string => shape.map((size, at) => (at === axis ? '*' : size)).join();
    if (shapes[0]?.[axis] === undefined || shapes.some((shape) => rest(shape) !== rest(shapes[0]!))) {
      throw new ModelError(`"${name}" concatenates tensors whose shapes do not fit.`);
    }
    const length = shapes.reduce((sum, shape) => sum + shape[axis]!, 0);
    const output = this.#tensor(name, shapes[0].with(axis, length), this.#sharedFormat(inputs));
    this.#operations.push({ kind: 'concat', name, inputs: [...inputs], output, axis });
    return output;
  }

  /** The same entries under another shape. @throws ModelError when their number differs */
  reshape(input: FloatTensorId, name: string, shape: readonly number[]): FloatTensorId {
    if (entryCount(shape) !== entryCount(this.shape(input))) {
      throw new ModelError(`"${name}" changes the number of entries.`);
    }
    const output = this.#tensor(name, shape, this.format(input));
    this.#operations.push({ kind: 'reshape', name, input, output });
    return output;
  }

  /** A function of every entry: `realFunction('sigmoid')`. */
  function(input: FloatTensorId, name: string, function_: RealFunction | Composition): FloatTensorId {
    this.#real(input);
    const output = this.#tensor(name, this.shape(input));
    this.#operations.push({ kind: 'function', name, input, output, function: function_ });
    return output;
  }

  /**
   * Product, difference, larger or smaller of two tensors; axes of size 1, and leading ones that one of them lacks, are repeated.
   * @throws ModelError when shapes do not fit
   */
  pair(
    kind: FloatPair['kind'],
    a: FloatTensorId,
    b: FloatTensorId,
    name: string,
    activation: Activation = 'none',
  ): FloatTensorId {
    this.#real(a);
    this.#real(b);
    const shape = pairedShape(this.shape(a), this.shape(b));
    if (shape === null) throw new ModelError(`"${name}" combines tensors whose shapes do not fit.`);
    const inputs: [FloatTensorId, FloatTensorId] = [
      this.repeat(a, `${name}/left`, shape),
      this.repeat(b, `${name}/right`, shape),
    ];
    const output = this.#tensor(name, shape);
    this.#operations.push({ kind, name, inputs, output, activation });
    return output;
  }

  /** The tensor repeated along its axes of size 1 until it has that shape; itself where it has it. */
  repeat(input: FloatTensorId, name: string, shape: readonly number[]): FloatTensorId {
    const own = this.shape(input);
    if (own.join() === shape.join()) return input;
    if (pairedShape(own, shape)?.join() !== shape.join()) throw new ModelError(`"${name}" cannot be repeated so.`);
    return this.take(input, name, repeated(own, shape));
  }

  /** Entries in other places; see `FloatTake`. @throws ModelError when a list is empty or points beyond the input */
  take(input: FloatTensorId, name: string, offsets: readonly Int32Array[]): FloatTensorId {
    const [least, most] = offsets.reduce(
      ([low, high], list) => [Math.min(low, ...extremes(list)), high + Math.max(...extremes(list))],
      [0, 0],
    );
    if (offsets.length === 0 || least! < 0 || !(most! < entryCount(this.shape(input)))) {
      throw new ModelError(`"${name}" takes entries that its input does not have.`);
    }
    const output = this.#tensor(
      name,
      offsets.map(({ length }) => length),
      this.format(input),
    );
    this.#operations.push({ kind: 'take', name, input, output, offsets: [...offsets] });
    return output;
  }

  /** A border of zeros around an image. @throws ModelError when a width is negative */
  pad(input: FloatTensorId, name: string, padding: Padding): FloatTensorId {
    const { height, width, channels } = asImage(this.shape(input));
    const { top, bottom, left, right } = padding;
    if (!(Math.min(top, bottom, left, right) >= 0)) throw new ModelError(`The padding of "${name}" is negative.`);
    const output = this.#tensor(name, [top + height + bottom, left + width + right, channels], this.format(input));
    this.#operations.push({ kind: 'pad', name, input, output, padding });
    return output;
  }

  /** Bilinear resizing by lists of places; see `FloatInterpolate`. */
  interpolate(
    input: FloatTensorId,
    name: string,
    rows: FloatInterpolation,
    columns: FloatInterpolation,
  ): FloatTensorId {
    const { height, width, channels } = asImage(this.shape(input));
    for (const [{ lower, upper, weights }, size] of [
      [rows, height],
      [columns, width],
    ] as const) {
      const inside = (place: number): boolean => place >= 0 && place < size;
      const fits = upper.length === lower.length && weights.length === lower.length;
      if (
        !fits ||
        !lower.every(inside) ||
        !upper.every(inside) ||
        !weights.every((weight) => weight >= 0 && weight <= 1)
      ) {
        throw new ModelError(`"${name}" interpolates between places that its input does not have.`);
      }
    }
    const output = this.#tensor(name, [rows.lower.length, columns.lower.length, channels], this.format(input));
    this.#operations.push({ kind: 'interpolate', name, input, output, rows, columns });
    return output;
  }

  /** Softmax along the last axis. */
  softmax(input: FloatTensorId, name: string, beta = 1): FloatTensorId {
    this.#real(input);
    const output = this.#tensor(name, this.shape(input));
    this.#operations.push({ kind: 'softmax', name, input, output, beta });
    return output;
  }

  /**
   * The numbers as integers of that format, which the model states; what moves them keeps it.
   * @throws ModelError when they are stored already
   */
  store(input: FloatTensorId, name: string, format: Quantization): FloatTensorId {
    this.#real(input);
    const output = this.#tensor(name, this.shape(input), format);
    this.#operations.push({ kind: 'store', name, input, output });
    return output;
  }

  /**
   * The numbers that stored integers stand for.
   * @param scale what 1 stands for; that of the format unless given
   * @throws ModelError when they are not stored
   */
  read(input: FloatTensorId, name: string, scale?: number): FloatTensorId {
    const format = this.format(input);
    if (format === undefined) throw new ModelError('its input is not stored codes.');
    const output = this.#tensor(name, this.shape(input));
    this.#operations.push({ kind: 'read', name, input, output, scale: scale ?? format.scale });
    return output;
  }

  /** Declares how the input is stored. @throws ModelError when it was declared otherwise */
  storeInput(format: Quantization): void {
    const { format: known, ...tensor } = this.#tensors[this.input]!;
    if (known !== undefined && (known.scale !== format.scale || known.zeroPoint !== format.zeroPoint)) {
      throw new ModelError('the input is quantized in two ways.');
    }
    this.#tensors[this.input] = { ...tensor, format: known ?? format };
  }

  /** How a tensor is stored; undefined: as real numbers. */
  format(id: FloatTensorId): Quantization | undefined {
    return this.#tensors[id]?.format;
  }

  /**
   * Layer normalization of rows of `scale.length` entries, which are the last axes.
   * @throws ModelError when no last axes have so many, the arrays' lengths differ, or epsilon is not positive
   */
  layerNormalization(
    input: FloatTensorId,
    name: string,
    scale: Float32Array,
    offset: Float32Array,
    epsilon: number,
  ): FloatTensorId {
    this.#real(input);
    requireLength(offset, scale.length, `The offset of "${name}"`);
    if (!endsIn(this.shape(input), scale.length)) {
      throw new ModelError(`"${name}" has rows of ${scale.length} entries, which no last axes of its input have.`);
    }
    if (!(Number.isFinite(epsilon) && epsilon > 0)) throw new ModelError(`The epsilon of "${name}" is not positive.`);
    const output = this.#tensor(name, this.shape(input));
    this.#operations.push({ kind: 'layerNormalization', name, input, output, scale, offset, epsilon });
    return output;
  }

  /** The finished network. */
  build(outputs: readonly FloatTensorId[]): FloatNetwork {
    for (const id of outputs) this.shape(id);
    return {
      name: this.#name,
      tensors: [...this.#tensors],
      operations: [...this.#operations],
      input: this.input,
      outputs: [...outputs],
    };
  }

  #real(id: FloatTensorId): void {
    if (this.format(id) !== undefined) throw new ModelError('its input holds codes that are not dequantized.');
  }

  /** Of what is joined: all real, or all in one format. */
  #sharedFormat(inputs: readonly FloatTensorId[]): Quantization | undefined {
    const formats = inputs.map((id) => this.format(id));
    const [first] = formats;
    if (formats.some((one) => one?.scale !== first?.scale || one?.zeroPoint !== first?.zeroPoint)) {
      throw new ModelError('its inputs are codes of different scales.');
    }
    return first;
  }

  #tensor(name: string, shape: readonly number[], format?: Quantization): FloatTensorId {
    if (this.#names.has(name)) throw new ModelError(`Two tensors are called "${name}".`);
    if (shape.some((size) => !Number.isSafeInteger(size) || size < 1)) {
      throw new ModelError(`The shape of "${name}" is not made of positive whole numbers.`);
    }
    this.#names.add(name);
    return this.#tensors.push({ name, shape: [...shape], ...(format === undefined ? {} : { format }) }) - 1;
  }

  #padding(image: Size, window: Size, how: Windowing['padding'], stride: Axes, dilation: Axes): Padding {
    if (how === 'same') return samePadding(image, window, stride, dilation);
    return how === undefined || how === 'valid' ? VALID : how;
  }

  #windows(
    name: string,
    image: Size,
    window: Size,
    padding: Padding,
    stride: Axes,
    dilation: Axes,
    channels: number,
    format?: Quantization,
  ): FloatTensorId {
    const rows = windowCount(image.height + padding.top + padding.bottom, window.height, stride.y, dilation.y);
    const columns = windowCount(image.width + padding.left + padding.right, window.width, stride.x, dilation.x);
    return this.#tensor(name, [rows, columns, channels], format);
  }
}
