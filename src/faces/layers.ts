/** The layers that several networks of the package are made of, filled with its weights. */
import { type Activation, FloatNetworkBuilder, type FloatTensorId, type Windowing } from '../graph/index.js';
import { outputsFirst, type Weights, weightOf } from './weights.js';

/** How a layer moves over its input and what it does to the result. */
export interface LayerOptions {
  /** In both directions; 1 unless given. */
  readonly stride?: number;
  /** `same` unless given. */
  readonly padding?: Windowing['padding'];
  /** None unless given. */
  readonly activation?: Activation;
}

/** The brightness that the package takes from red, green and blue before it divides by 255, in networks that look at one face. */
export const FACE_MEAN = [122.782, 117.001, 104.298] as const;

/** Adds layers with weights, by the names that the package's manifest gives them. */
export class FaceNetworkBuilder extends FloatNetworkBuilder {
  readonly #weights: Weights;

  /** @param side rows and columns of the picture the network takes, with three colours */
  constructor(name: string, side: number, weights: Weights) {
    super(name, [side, side, 3]);
    this.#weights = weights;
  }

  /** A weight as the manifest stores it. @throws ModelError when it is missing or has another shape */
  weight(name: string, shape: readonly number[]): Float32Array {
    return weightOf(this.#weights, name, shape);
  }

  /** A convolution over all channels, with a bias: `name/filters` and `name/bias`. */
  full(x: FloatTensorId, name: string, side: number, outputs: number, how: LayerOptions = {}): FloatTensorId {
    const { stride = 1, padding = 'same', activation = 'none' } = how;
    const kernel = this.weight(`${name}/filters`, [side, side, this.shape(x).at(-1)!, outputs]);
    return this.convolution(x, {
      name,
      kernel: { height: side, width: side },
      stride: { y: stride, x: stride },
      padding,
      weights: outputsFirst(kernel, outputs),
      bias: this.weight(`${name}/bias`, [outputs]),
      outputChannels: outputs,
      activation,
    });
  }

  /** A 3 x 3 convolution of each channel alone, then a 1 x 1 convolution with a bias over all channels. */
  separable(x: FloatTensorId, name: string, outputs: number, how: LayerOptions = {}): FloatTensorId {
    const { stride = 1, padding = 'same', activation = 'none' } = how;
    const inputs = this.shape(x).at(-1)!;
    const spread = this.convolution(x, {
      name: `${name}/depthwise`,
      kernel: { height: 3, width: 3 },
      stride: { y: stride, x: stride },
      padding,
      groups: inputs,
      weights: outputsFirst(this.weight(`${name}/depthwise_filter`, [3, 3, inputs, 1]), inputs),
      outputChannels: inputs,
    });
    return this.convolution(spread, {
      name,
      kernel: { height: 1, width: 1 },
      weights: outputsFirst(this.weight(`${name}/pointwise_filter`, [1, 1, inputs, outputs]), outputs),
      bias: this.weight(`${name}/bias`, [outputs]),
      outputChannels: outputs,
      activation,
    });
  }

  /** A matrix with a bias: `name/weights` and `name/bias`. */
  connected(x: FloatTensorId, name: string, outputs: number): FloatTensorId {
    const inputs = this.shape(x).reduce((product, size) => product * size, 1);
    const weights = outputsFirst(this.weight(`${name}/weights`, [inputs, outputs]), outputs);
    return this.dense(x, name, weights, this.weight(`${name}/bias`, [outputs]));
  }
}
