/** What importers build: a graph whose operators they name, and whose tensors have the formats that the model states. */

import {
  type Activation,
  type Axes,
  type Composition,
  type FloatInterpolation,
  type FloatNetwork,
  FloatNetworkBuilder,
  type FloatPair,
  type FloatTensorId,
  inputsOf,
  type LayerWeights,
  type RealFunction,
  type Reals,
  realFunction,
  type Size,
} from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import type { Padding } from '../../model/shapes.js';
import type { Quantization } from '../../model/tensor.js';
import { countEntries } from './count-entries.js';

/** A tensor of the graph. */
export type Handle = FloatTensorId;

export interface ConvolutionLayer {
  readonly kernel: Size;
  readonly stride: Axes;
  readonly dilation: Axes;
  readonly padding: Padding;
  readonly groups: number;
  readonly outputs: number;
  /** [outputs][kernel.height][kernel.width][input channels / groups]. */
  readonly weights: LayerWeights;
  /** One per output channel. */
  readonly bias: Float64Array | null;
}

export interface DenseLayer {
  readonly outputs: number;
  /** [outputs][inputs]. */
  readonly weights: LayerWeights;
  readonly bias: Float64Array | null;
}

export interface Pooling {
  readonly kind: 'averagePool' | 'maxPool';
  readonly window: Size;
  readonly stride: Axes;
  /** Smaller than the window on every side. */
  readonly padding: Padding;
}

/** Every method that adds something returns its result; `name` is what the result is called, if nothing else is. */
export class Target {
  /** Whether the model states formats, and weights are wanted as it stores them. */
  readonly quantized: boolean;
  readonly input: Handle;
  readonly #builder: FloatNetworkBuilder;
  readonly #names = new Set<string>(['input']);
  /** What the results of ReLUs were made from. */
  readonly #rectified = new Map<Handle, Handle>();
  readonly #charge: (entries: number) => void;

  /** @param charge called with the number of entries before arrays are made of nothing */
  constructor(name: string, inputShape: readonly number[], quantized: boolean, charge: (entries: number) => void) {
    this.#builder = new FloatNetworkBuilder(name, inputShape);
    this.input = this.#builder.input;
    this.quantized = quantized;
    this.#charge = charge;
  }

  /** The network without operations that nothing reads. */
  build(outputs: readonly Handle[]): FloatNetwork {
    const network = this.#builder.build(outputs);
    const needed = new Set(outputs);
    const operations = network.operations.toReversed().filter((operation) => {
      if (!needed.has(operation.output)) return false;
      for (const id of inputsOf(operation)) needed.add(id);
      return true;
    });
    return { ...network, operations: operations.reverse() };
  }

  /** False of stored codes, and of an input that a quantized model has not said anything of. */
  isReal(x: Handle): boolean {
    return this.format(x) === undefined && !(this.quantized && x === this.input);
  }

  /** How the tensor is stored; undefined: as real numbers. */
  format(x: Handle): Quantization | undefined {
    return this.#builder.format(x);
  }

  /** The shape in the network: rows, columns, channels, or fewer axes. */
  shape(x: Handle): readonly number[] {
    return this.#builder.shape(x);
  }

  // Between real numbers and codes

  /** The value stored in that format. What is stored of the input itself is what a caller gives. */
  store(x: Handle, format: Quantization, name: string): Handle {
    if (x !== this.input) return this.#builder.store(x, this.#unique(name), format);
    this.#builder.storeInput(format);
    return x;
  }

  /** Stored codes as real numbers. The format must be the one they were stored in. */
  read(x: Handle, format: Quantization, name: string): Handle {
    if (this.format(x) !== undefined && this.format(x)!.scale !== format.scale) {
      throw new ModelError('its input was quantized with another scale or zero point.');
    }
    return this.#read(x, format, format.scale, name);
  }

  /** Stored codes as whole numbers, code - zero point, whatever their scale. */
  readIntegers(x: Handle, format: Quantization, name: string): Handle {
    return this.#read(x, format, 1, name);
  }

  #read(x: Handle, format: Quantization, scale: number, name: string): Handle {
    if (x === this.input && this.format(x) === undefined) this.#builder.storeInput(format);
    const stored = this.format(x);
    if (stored === undefined) throw new ModelError('its input is not stored codes.');
    if (stored.zeroPoint !== format.zeroPoint) {
      throw new ModelError('its input was quantized with another scale or zero point.');
    }
    return this.#builder.read(x, this.#unique(name), scale);
  }

  // Operators

  reshape(x: Handle, shape: readonly number[], name: string): Handle {
    return this.#builder.reshape(x, this.#unique(name), shape);
  }

  /** @param x [height, width, channels] */
  convolution(x: Handle, layer: ConvolutionLayer, name: string): Handle {
    const { outputs, weights, bias, ...geometry } = layer;
    return this.#checked(
      this.#builder.convolution(x, {
        ...geometry,
        name: this.#unique(name),
        outputChannels: outputs,
        weights,
        ...(bias === null ? {} : { bias: this.#numbers(bias) }),
      }),
    );
  }

  /** Of all entries, whatever the shape. */
  dense(x: Handle, { outputs, weights, bias }: DenseLayer, name: string): Handle {
    return this.#builder.dense(x, this.#unique(name), weights, this.#numbers(bias ?? new Float64Array(outputs)));
  }

  /** factor[c] * x + offset[c], c along the last axis; arrays of length 1 hold for all. */
  affine(x: Handle, factors: Float64Array, offsets: Float64Array, name: string): Handle {
    const channels = this.shape(x).at(-1)!;
    this.#charge(4 * channels);
    const filled = (values: Float64Array): Reals =>
      this.#numbers(values.length === 1 ? new Float64Array(channels).fill(values[0]!) : values);
    const mean = new Float32Array(channels);
    const variance = new Float32Array(channels).fill(1);
    const parameters = { scale: filled(factors), offset: filled(offsets), mean, variance };
    return this.#builder.batchNorm(x, this.#unique(name), parameters, 0);
  }

  /** minimum < maximum, which may be infinite. Limits that no activation of the network has make it a function. */
  clamp(x: Handle, minimum: number, maximum: number, name: string): Handle {
    if (minimum === 0 && maximum === Number.POSITIVE_INFINITY) return this.#activation(x, 'relu', name);
    if (minimum === 0 && maximum === 6) return this.#activation(x, 'relu6', name);
    return this.function(x, realFunction('clamp', minimum, maximum), name);
  }

  add(a: Handle, b: Handle, name: string): Handle {
    return this.#builder.add(a, b, this.#unique(name));
  }

  /** Two values of one shape, entry by entry. */
  pair(kind: FloatPair['kind'], a: Handle, b: Handle, name: string): Handle {
    return this.#builder.pair(kind, a, b, this.#unique(name));
  }

  /** Of every entry. */
  function(x: Handle, function_: RealFunction | Composition, name: string): Handle {
    return this.#builder.function(x, this.#unique(name), function_);
  }

  /** Entries in other places; see `FloatTake`. The caller has charged for the lists. */
  take(x: Handle, offsets: readonly Int32Array[], name: string): Handle {
    return this.#checked(this.#builder.take(x, this.#unique(name), offsets));
  }

  /** Pixels between pixels; see `FloatInterpolate`. @param x [height, width, channels] */
  interpolate(x: Handle, rows: FloatInterpolation, columns: FloatInterpolation, name: string): Handle {
    return this.#checked(this.#builder.interpolate(x, this.#unique(name), rows, columns));
  }

  /** @param x [height, width, channels] */
  pool(x: Handle, { kind, window, stride, padding }: Pooling, name: string): Handle {
    return this.#checked(this.#builder.pool(x, this.#unique(name), kind, window, { stride, padding }));
  }

  concat(parts: readonly Handle[], axis: number, name: string): Handle {
    return this.#checked(this.#builder.concat(parts, this.#unique(name), axis));
  }

  /** A border of zeros. @param x [height, width, channels] */
  pad(x: Handle, padding: Padding, name: string): Handle {
    // A border of codes is of code 0.
    if ((this.format(x)?.zeroPoint ?? 0) !== 0)
      throw new ModelError('it pads codes with another code than their zero point.');
    return this.#checked(this.#builder.pad(x, this.#unique(name), padding));
  }

  /** Of rows of as many entries as the arrays have, which are the last axes; see `FloatLayerNormalization`. */
  layerNormalization(x: Handle, scale: Float32Array, offset: Float32Array, epsilon: number, name: string): Handle {
    return this.#builder.layerNormalization(x, this.#unique(name), scale, offset, epsilon);
  }

  /** Along the last axis. */
  softmax(x: Handle, name: string, beta = 1): Handle {
    return this.#builder.softmax(x, this.#unique(name), beta);
  }

  /** A model's own scales need double precision to come back as they were. */
  #numbers(values: Float64Array): Reals {
    return this.quantized ? values : Float32Array.from(values);
  }

  #activation(x: Handle, activation: Exclude<Activation, 'none'>, name: string): Handle {
    // What is clamped already need not be clamped at zero first: exporters write ReLU6 as a ReLU and a Clip.
    const result = this.#builder.activation(this.#rectified.get(x) ?? x, this.#unique(name), activation);
    if (activation === 'relu') this.#rectified.set(result, x);
    return result;
  }

  #checked(x: Handle): Handle {
    countEntries(this.shape(x), 'the result', 1);
    return x;
  }

  #unique(name: string): string {
    let unique = name;
    for (let count = 2; this.#names.has(unique); count++) unique = `${name}#${count}`;
    this.#names.add(unique);
    return unique;
  }
}
