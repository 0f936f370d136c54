/** Writes a float network down layer by layer, also those layers that are several operations. */
import { ModelError } from '../model/errors.js';
import type { ResizeOptions, TransposedConvolutionOptions } from './builder-options.js';
import { type Activation, asImage, type FloatTensorId, type Reals, weightCount } from './float-network.js';
import { nearestPlaces, placesBetween } from './grid.js';
import { OperationBuilder } from './operation-builder.js';
import { VALID } from './padding.js';
import { depthToSpace, isIdentity, spaceToDepth } from './places.js';
import { asConvolution } from './transposed-convolution.js';

const ONE = { y: 1, x: 1 };

/** Every method returns the tensor that has the name given. */
export class FloatNetworkBuilder extends OperationBuilder {
  /** a * b; see `pair`. */
  multiply(a: FloatTensorId, b: FloatTensorId, name: string, activation: Activation = 'none'): FloatTensorId {
    return this.pair('multiply', a, b, name, activation);
  }

  /** a - b; see `pair`. */
  subtract(a: FloatTensorId, b: FloatTensorId, name: string, activation: Activation = 'none'): FloatTensorId {
    return this.pair('subtract', a, b, name, activation);
  }

  /** Pixels of one between channels and places: `block` x `block` of them from the channels of one. */
  depthToSpace(input: FloatTensorId, name: string, block: number, depthFirst = true): FloatTensorId {
    const image = asImage(this.shape(input));
    if (!(block >= 1) || image.channels % block ** 2 !== 0) {
      throw new ModelError(`"${name}" needs channels that ${block} x ${block} divides.`);
    }
    return this.take(input, name, depthToSpace(image, block, depthFirst));
  }

  /** The other way round. */
  spaceToDepth(input: FloatTensorId, name: string, block: number): FloatTensorId {
    const image = asImage(this.shape(input));
    if (!(block >= 1) || image.height % block !== 0 || image.width % block !== 0) {
      throw new ModelError(`"${name}" needs rows and columns that ${block} divides.`);
    }
    return this.take(input, name, spaceToDepth(image, block));
  }

  /** An image of another size. */
  resize(input: FloatTensorId, name: string, how: ResizeOptions): FloatTensorId {
    const { height, width, channels } = asImage(this.shape(input));
    const { size, mode, grid, rule = 'floor', scale } = how;
    const rows = { size: height, count: size.height, ...(scale === undefined ? {} : { scale: scale.y }) };
    const columns = { size: width, count: size.width, ...(scale === undefined ? {} : { scale: scale.x }) };
    if (mode === 'bilinear')
      return this.interpolate(input, name, placesBetween(rows, grid), placesBetween(columns, grid));
    return this.take(input, name, [
      nearestPlaces(rows, grid, rule).map((place) => place * width * channels),
      nearestPlaces(columns, grid, rule).map((place) => place * channels),
      Int32Array.from({ length: channels }, (_, channel) => channel),
    ]);
  }

  /**
   * y[u] = bias + sum of x[i] w[k] over u + crop = i * stride + k * dilation, as an ordinary convolution and a `take`.
   * @throws ModelError when groups, weights or bias do not fit
   */
  transposedConvolution(input: FloatTensorId, options: TransposedConvolutionOptions): FloatTensorId {
    const { name, kernel, stride = ONE, dilation = ONE, groups = 1, crop = VALID, weights, outputChannels } = options;
    const image = asImage(this.shape(input));
    if (image.channels % groups !== 0 || outputChannels % groups !== 0) {
      throw new ModelError(`The groups of "${name}" must divide its channel counts.`);
    }
    const terms = kernel.height * kernel.width * (image.channels / groups);
    const bias = options.bias ?? new Float32Array(outputChannels);
    const count = weightCount(weights);
    if (count !== outputChannels * terms || bias.length !== outputChannels) {
      throw new ModelError(
        `"${name}" needs ${outputChannels * terms} weights and ${outputChannels} biases, not ${count} and ${bias.length}.`,
      );
    }
    const how = { kernel, stride, dilation, groups, outputChannels, crop };
    const { channelOf, offsets, ...convolution } = asConvolution(image, {
      ...how,
      weights: 'codes' in weights ? weights.codes : weights,
    });
    const { activation = 'none' } = options;
    const { outputChannels: all, weights: phased } = convolution;
    const perPhase = (of: Reals): Float64Array => Float64Array.from({ length: all }, (_, at) => of[channelOf(at)]!);
    const biases = perPhase(bias);
    const phases = this.convolution(input, {
      ...convolution,
      weights:
        'codes' in weights
          ? { codes: phased as Int16Array, scales: perPhase(weights.scales) }
          : (phased as Float32Array),
      name: `${name}/phases`,
      groups,
      bias: bias instanceof Float32Array ? Float32Array.from(biases) : biases,
      activation,
    });
    if (isIdentity(this.shape(phases), offsets)) return this.reshape(phases, name, this.shape(phases));
    return this.take(phases, name, offsets);
  }
}
