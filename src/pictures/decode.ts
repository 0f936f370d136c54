/** Decodes pictures: BMP, JPEG and PNG. */
import { ImageError } from '../model/errors.js';
import { readHeader } from './header.js';
import { anImage, type Image } from './image.js';

/** Larger than any camera's picture that makes sense here; decoding needs some 16 bytes for each. */
const MOST_PIXELS = 2 ** 25;

const JPEG_OPTIONS = { tolerantDecoding: false, maxMemoryUsageInMB: 1024 };

/**
 * A picture from pixels with an opacity, as a canvas and most decoders give them: seen on black, each colour times its
 * opacity, rounded to nearest.
 * @param rgba red, green, blue and opacity, row by row from the top: `4 * width * height` bytes
 * @throws RangeError when there are not as many bytes, or a side is no positive whole number
 * @example imageFromRgba(context.getImageData(0, 0, width, height).data, width, height)
 */
export function imageFromRgba(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Image {
  const count = width * height;
  if (rgba.length !== 4 * count) throw new RangeError(`expected ${4 * count} bytes, got ${rgba.length}`);
  const pixels = new Uint8Array(3 * count);
  for (let pixel = 0; pixel < count; pixel++) {
    const alpha = rgba[4 * pixel + 3]!;
    for (let colour = 0; colour < 3; colour++) {
      pixels[3 * pixel + colour] = Math.floor((rgba[4 * pixel + colour]! * alpha + 127) / 255);
    }
  }
  return anImage({ width, height, pixels });
}

/**
 * Decodes a BMP, JPEG or PNG picture. Transparent pixels are shown on black; a JPEG is turned the way its camera says.
 * @param bytes the whole file @param name what error messages call it
 * @throws ImageError when the bytes are empty, of another format, damaged or cut short, or of more than 2^25 pixels.
 * @example const image = await decodeImage(await readFile('cat.png'), 'cat.png');
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<Image> {
  if (bytes.length === 0) throw new ImageError(`${name} is empty: give a BMP, JPEG or PNG picture.`);
  const header = readHeader(bytes);
  if (header === null) throw new ImageError(`${name} is not a picture: give a BMP, JPEG or PNG file.`);
  const damaged = `${name} is damaged or cut short, or an unusual kind of ${header.format}: save the picture again.`;
  if (header.width < 1 || header.height < 1) throw new ImageError(damaged);
  if (header.width * header.height > MOST_PIXELS) {
    throw new ImageError(`${name} has ${header.width} x ${header.height} pixels, which is too large: make it smaller.`);
  }
  // Loading the decoders takes a noticeable part of a second, so only those who have a picture wait for it.
  const { Jimp } = await import('jimp');
  try {
    const file = bytes.slice().buffer;
    const { bitmap } = await Jimp.fromBuffer(file, { 'image/jpeg': JPEG_OPTIONS });
    const { width, height, data } = bitmap;
    if (width * height !== header.width * header.height || data.length < 4 * width * height) {
      throw new ImageError(damaged);
    }
    return imageFromRgba(data.subarray(0, 4 * width * height), width, height);
  } catch {
    throw new ImageError(damaged);
  }
}
