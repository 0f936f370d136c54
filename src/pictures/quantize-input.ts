/** Turns a picture into what an image network takes. */
import type { Tensor } from '../model/tensor.js';

/**
 * The centred integers of pixels: code = clamp(floor(pixel + 1/2), 0, 255), and the tensor's lowest integer stands for
 * code 0, its highest for 255. That is what a uint8 file stores, and an int8 file (code - 128), whatever real range (0 to
 * 1, -1 to 1, 0 to 255) the tensor's scale and zero point give the codes.
 * @param pixels red, green, blue (or brightness), row by row, from 0 to 255: as many as the tensor's shape
 *   [rows, columns, 3] (or [rows, columns, 1]) says
 * @throws RangeError when the tensor is not an image of one or three channels with 256 codes, or the number of pixels is wrong.
 * @example quantizeInput(resizeBilinear(image, 224, 224), tensor)
 */
export function quantizeInput(pixels: Float32Array, tensor: Tensor): Int16Array {
  const [height, width, channels] = tensor.shape;
  if (
    tensor.kind !== 'activation' ||
    tensor.shape.length !== 3 ||
    (channels !== 3 && channels !== 1) ||
    tensor.maximum - tensor.minimum !== 255
  ) {
    throw new RangeError(`"${tensor.name}" does not take a picture of red, green and blue bytes`);
  }
  const expected = height! * width! * channels;
  if (pixels.length !== expected) throw new RangeError(`expected ${expected} colours, got ${pixels.length}`);
  const result = new Int16Array(expected);
  for (let index = 0; index < expected; index++) {
    const code = Math.min(255, Math.max(0, Math.floor(pixels[index]! + 0.5)));
    result[index] = code + tensor.minimum;
  }
  return result;
}
