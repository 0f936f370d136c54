/** The small face detector: six layers that halve the image, and five boxes per cell (after Redmon and Farhadi, 2016). */
import { type FloatNetwork, type FloatTensorId, realFunction } from '../graph/index.js';
import { FaceNetworkBuilder } from './layers.js';
import type { Weights } from './weights.js';

/** Rows and columns of the picture the detector takes. */
export const TINY_FACE_INPUT_SIZE = 416;
/** Five boxes are predicted for every cell. */
export const BOXES_PER_CELL = 5;
/** Two numbers for a box's centre, two for its size, one for how probable it is. */
export const TINY_NUMBERS_PER_BOX = 5;
/** The brightness that is taken from red, green and blue before they are divided by 255. */
export const TINY_FACE_MEAN = [117.001, 114.697, 97.404] as const;

/** What is left of a negative number. */
const SLOPE = 0.10000000149011612;
/** Output channels of the separable layers. */
const CHANNELS = [32, 64, 128, 256, 512] as const;

/**
 * The detector as real numbers. Its input is [416, 416, 3] with entries (colour - mean) / 255; its output is [13, 13, 25]: for
 * every cell five boxes of five numbers, see `decodeTinyFaces`.
 * @throws ModelError when a weight is missing or has another shape
 */
export function tinyFaceDetector(weights: Weights): FloatNetwork {
  const net = new FaceNetworkBuilder('tiny-face-detector', TINY_FACE_INPUT_SIZE, weights);
  const leaky = (x: FloatTensorId, name: string): FloatTensorId =>
    net.function(x, `${name}/leaky`, realFunction('leakyRelu', SLOPE));
  const halved = (x: FloatTensorId, name: string, stride: number): FloatTensorId =>
    net.pool(
      x,
      `${name}/pooled`,
      'maxPool',
      { height: 2, width: 2 },
      { stride: { y: stride, x: stride }, padding: 'same' },
    );
  let x = leaky(net.full(net.input, 'conv0', 3, 16, { padding: 'valid' }), 'conv0');
  x = halved(x, 'conv0', 2);
  CHANNELS.forEach((channels, index) => {
    const name = `conv${index + 1}`;
    const last = index === CHANNELS.length - 1;
    x = halved(leaky(net.separable(x, name, channels), name), name, last ? 1 : 2);
  });
  return net.build([net.full(x, 'conv8', 1, BOXES_PER_CELL * TINY_NUMBERS_PER_BOX)]);
}
