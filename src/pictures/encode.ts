/** Writes pictures: PNG. */
import { anImage, type Image } from './image.js';

/**
 * The picture as the bytes of a PNG file.
 * @throws TypeError or RangeError when the image is not well formed.
 */
export async function encodePng(image: Image): Promise<Uint8Array> {
  const { width, height, pixels } = anImage(image);
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgba.set(pixels.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
  }
  const { Jimp } = await import('jimp');
  const file = await Jimp.fromBitmap({ width, height, data: rgba }).getBuffer('image/png');
  return new Uint8Array(file);
}
