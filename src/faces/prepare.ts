/** From a photograph to the detector's input tensor. */
import { padToSquare } from '../pictures/canvas.js';
import type { Image } from '../pictures/image.js';
import { resizeBilinear } from '../pictures/resize.js';
import type { Quantization } from '../quantizer/index.js';
import { FACE_INPUT_SIZE } from './detector.js';

/** Centred integers c stand for c / 255. With c = 2 * pixel - 255 that is pixel / 127.5 - 1, without any rounding. */
export const FACE_INPUT: Quantization = { scale: 1 / 255, zeroPoint: 0, minimum: -255, maximum: 255 };

/**
 * Extends the photograph to a square on the right or at the bottom (black), resizes it to 512 x 512, and centres it:
 * c = floor(2 * pixel - 255 + 1/2). Only resizing makes pixels that are not whole, and they are off by at most 1/4.
 * @returns 512 * 512 * 3 integers from -255 to 255, as rows, columns, red-green-blue
 */
export function prepareFaceInput(image: Image): Int16Array {
  const pixels = resizeBilinear(padToSquare(image), FACE_INPUT_SIZE, FACE_INPUT_SIZE);
  return Int16Array.from(pixels, (pixel) => Math.floor(2 * pixel - 254.5));
}
