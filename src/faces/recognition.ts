/** A face as 128 numbers, near each other for the same person: a residual network of 29 layers (He et al., 2016). */
import type { FloatNetwork, FloatTensorId } from '../graph/index.js';
import { FaceNetworkBuilder, type LayerOptions } from './layers.js';
import { outputsFirst, type Weights } from './weights.js';

/** Rows and columns of the picture of one face. */
export const RECOGNITION_INPUT_SIZE = 150;
/** Numbers per face. */
export const DESCRIPTOR_LENGTH = 128;

class RecognitionBuilder extends FaceNetworkBuilder {
  /** A convolution with a bias, then `scale/weights * y + scale/biases` per channel. @param first to @param last output channel */
  scaled(
    x: FloatTensorId,
    name: string,
    side: number,
    channels: number,
    how: LayerOptions,
    first = 0,
    last = channels,
  ): FloatTensorId {
    const { stride = 1, padding = 'same', activation = 'none' } = how;
    const inputs = this.shape(x).at(-1)!;
    const kernel = outputsFirst(this.weight(`${name}/conv/filters`, [side, side, inputs, channels]), channels);
    const terms = kernel.length / channels;
    const part = (what: string): Float32Array => this.weight(`${name}/${what}`, [channels]).slice(first, last);
    const label = last - first === channels ? name : `${name}/${first}`;
    const outputChannels = last - first;
    const convolved = this.convolution(x, {
      name: `${label}/conv`,
      kernel: { height: side, width: side },
      stride: { y: stride, x: stride },
      padding,
      weights: kernel.slice(first * terms, last * terms),
      bias: part('conv/bias'),
      outputChannels,
    });
    const ones = new Float32Array(outputChannels).fill(1);
    const parameters = {
      scale: part('scale/weights'),
      offset: part('scale/biases'),
      mean: new Float32Array(outputChannels),
      variance: ones,
    };
    const scaled = this.batchNorm(convolved, `${label}/scale`, parameters, 0);
    return activation === 'none' ? scaled : this.activation(scaled, label, activation);
  }

  /** Zeros below and on the right, up to as many rows and columns. */
  extended(x: FloatTensorId, name: string, side: number): FloatTensorId {
    const { 0: height = 1 } = this.shape(x);
    if (height === side) return x;
    return this.pad(x, name, { top: 0, left: 0, bottom: side - height, right: side - height });
  }

  /** Two convolutions, added to the input. */
  residual(x: FloatTensorId, name: string): FloatTensorId {
    const channels = this.shape(x).at(-1)!;
    const inside = this.scaled(x, `${name}/conv1`, 3, channels, { activation: 'relu' });
    return this.add(this.scaled(inside, `${name}/conv2`, 3, channels, {}), x, name, 'relu');
  }

  /**
   * The same at half the size. The package fills the averaged input up with channels of zeros before it adds; nothing is added
   * to those channels here, so they are computed by a convolution of their own.
   */
  reduction(x: FloatTensorId, name: string, channels: number): FloatTensorId {
    const inside = this.scaled(x, `${name}/conv1`, 3, channels, { stride: 2, padding: 'valid', activation: 'relu' });
    const pooled = this.pool(x, `${name}/pooled`, 'averagePool', { height: 2, width: 2 });
    const { 0: side = 1, 2: before = channels } = this.shape(pooled);
    const second = `${name}/conv2`;
    const kept = this.extended(this.scaled(inside, second, 3, channels, {}, 0, before), `${second}/extended`, side);
    const sum = this.add(kept, pooled, `${name}/sum`, 'relu');
    if (before === channels) return sum;
    const fresh = this.scaled(inside, second, 3, channels, { activation: 'relu' }, before, channels);
    return this.concat([sum, this.extended(fresh, `${second}/${before}/extended`, side)], name, 2);
  }
}

/** Blocks of the same size that follow the reduction to so many channels. */
const STAGES: readonly (readonly [channels: number, blocks: number])[] = [
  [64, 3],
  [128, 2],
  [256, 2],
];

/**
 * The network as real numbers. Its input is [150, 150, 3] with entries (colour - mean) / 255; its output is the descriptor. Faces whose
 * descriptors are less than about 0.6 apart (Euclidean distance) are taken for the same person.
 * @throws ModelError when a weight is missing or has another shape
 */
export function faceRecognition(weights: Weights): FloatNetwork {
  const net = new RecognitionBuilder('face-recognition', RECOGNITION_INPUT_SIZE, weights);
  let x = net.scaled(net.input, 'conv32_down', 7, 32, { stride: 2, padding: 'valid', activation: 'relu' });
  x = net.pool(x, 'pooled', 'maxPool', { height: 3, width: 3 }, { stride: { y: 2, x: 2 } });
  for (let index = 1; index <= 3; index++) x = net.residual(x, `conv32_${index}`);
  for (const [channels, blocks] of STAGES) {
    x = net.reduction(x, `conv${channels}_down`, channels);
    for (let index = 1; index <= blocks; index++) x = net.residual(x, `conv${channels}_${index}`);
  }
  x = net.reduction(x, 'conv256_down_out', 256);
  const { 0: height = 1, 1: width = 1 } = net.shape(x);
  x = net.pool(x, 'mean', 'averagePool', { height, width });
  const matrix = outputsFirst(net.weight('fc', [256, DESCRIPTOR_LENGTH]), DESCRIPTOR_LENGTH);
  return net.build([net.dense(x, 'fc', matrix, new Float32Array(DESCRIPTOR_LENGTH))]);
}
