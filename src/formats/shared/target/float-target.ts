/** Builds a float network. */

import {
  type FloatInterpolation,
  type FloatNetwork,
  FloatNetworkBuilder,
  type FloatPair,
  inputsOf,
  type RealFunction,
  realFunction,
} from '../../../graph/index.js';
import type { Padding } from '../../../model/shapes.js';
import { countEntries } from './count-entries.js';
import type { ConvolutionLayer, DenseLayer, Handle, LayerWeights, Pooling, Target } from './target.js';

function realWeights(weights: LayerWeights): Float32Array {
  if (weights.scales !== null) throw new TypeError('a float network has real weights');
  return weights.values;
}

/** A handle is the number of a tensor. */
export class FloatTarget implements Target {
  readonly quantized = false;
  readonly input: Handle;
  readonly #builder: FloatNetworkBuilder;
  readonly #names = new Set<string>(['input']);
  /** What the results of ReLUs were made from. */
  readonly #rectified = new Map<Handle, Handle>();
  readonly #charge: (entries: number) => void;

  /** @param charge called with the number of entries before arrays are made of nothing */
  constructor(name: string, inputShape: readonly number[], charge: (entries: number) => void) {
    this.#builder = new FloatNetworkBuilder(name, inputShape);
    this.input = this.#builder.input;
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

  isReal(_: Handle): boolean {
    return true;
  }

  shape(x: Handle): readonly number[] {
    return this.#builder.shape(x);
  }

  reshape(x: Handle, shape: readonly number[], name: string): Handle {
    return this.#builder.reshape(x, this.#unique(name), shape);
  }

  convolution(x: Handle, layer: ConvolutionLayer, name: string): Handle {
    const { outputs, weights, bias, ...geometry } = layer;
    return this.#checked(
      this.#builder.convolution(x, {
        ...geometry,
        name: this.#unique(name),
        outputChannels: outputs,
        weights: realWeights(weights),
        ...(bias === null ? {} : { bias: Float32Array.from(bias) }),
      }),
    );
  }

  dense(x: Handle, { outputs, weights, bias }: DenseLayer, name: string): Handle {
    const offsets = bias === null ? new Float32Array(outputs) : Float32Array.from(bias);
    return this.#builder.dense(x, this.#unique(name), realWeights(weights), offsets);
  }

  affine(x: Handle, factors: Float64Array, offsets: Float64Array, name: string): Handle {
    const channels = this.shape(x).at(-1)!;
    this.#charge(4 * channels);
    const filled = (values: Float64Array): Float32Array =>
      values.length === 1 ? new Float32Array(channels).fill(values[0]!) : Float32Array.from(values);
    const mean = new Float32Array(channels);
    const variance = new Float32Array(channels).fill(1);
    return this.#builder.batchNorm(
      x,
      this.#unique(name),
      { scale: filled(factors), offset: filled(offsets), mean, variance },
      0,
    );
  }

  /** Limits that no activation of the network has make it a function. */
  clamp(x: Handle, minimum: number, maximum: number, name: string): Handle {
    if (minimum === 0 && maximum === Number.POSITIVE_INFINITY) return this.#activation(x, 'relu', name);
    if (minimum === 0 && maximum === 6) return this.#activation(x, 'relu6', name);
    return this.function(x, realFunction('clamp', minimum, maximum), name);
  }

  add(a: Handle, b: Handle, name: string): Handle {
    return this.#builder.add(a, b, this.#unique(name));
  }

  pair(kind: FloatPair['kind'], a: Handle, b: Handle, name: string): Handle {
    return this.#builder.pair(kind, a, b, this.#unique(name));
  }

  function(x: Handle, function_: RealFunction, name: string): Handle {
    return this.#builder.function(x, this.#unique(name), function_);
  }

  take(x: Handle, offsets: readonly Int32Array[], name: string): Handle {
    return this.#checked(this.#builder.take(x, this.#unique(name), offsets));
  }

  interpolate(x: Handle, rows: FloatInterpolation, columns: FloatInterpolation, name: string): Handle {
    return this.#checked(this.#builder.interpolate(x, this.#unique(name), rows, columns));
  }

  pool(x: Handle, { kind, window, stride, padding }: Pooling, name: string): Handle {
    return this.#checked(this.#builder.pool(x, this.#unique(name), kind, window, { stride, padding }));
  }

  concat(parts: readonly Handle[], axis: number, name: string): Handle {
    return this.#checked(this.#builder.concat(parts, this.#unique(name), axis));
  }

  pad(x: Handle, padding: Padding, name: string): Handle {
    return this.#checked(this.#builder.pad(x, this.#unique(name), padding));
  }

  layerNormalization(x: Handle, scale: Float32Array, offset: Float32Array, epsilon: number, name: string): Handle {
    return this.#builder.layerNormalization(x, this.#unique(name), scale, offset, epsilon);
  }

  softmax(x: Handle, name: string): Handle {
    return this.#builder.softmax(x, this.#unique(name));
  }

  #activation(x: Handle, activation: 'relu' | 'relu6', name: string): Handle {
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
