/** From a decoded picture to what a network takes, as its preprocessing says. */
import type { Quantization, Tensor } from '../model/tensor.js';
import { anImage, type Image } from './image.js';
import type { Preprocessing } from './preprocessing.js';
import { quantizeInput } from './quantize-input.js';
import { resizeBilinear } from './resize.js';

/** Rows, columns and one or three channels. */
interface Extent {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * The extent of a tensor that takes pictures.
 * @throws RangeError when its shape is not [height, width, 3] or [height, width, 1]
 */
export function pictureExtent(name: string, shape: readonly number[]): Extent {
  const [height, width, channels] = shape;
  if (shape.length !== 3 || (channels !== 3 && channels !== 1)) {
    throw new RangeError(
      `"${name}" has the shape [${shape}], but a picture needs [height, width, 3] or [height, width, 1]`,
    );
  }
  return { height: height!, width: width!, channels };
}

/**
 * Returns `how` if it can be used for pictures of so many channels.
 * @throws RangeError when it has not one factor and one offset per channel
 */
export function aPreprocessing(how: Preprocessing, channels: number): Preprocessing {
  if (how.colours.kind === 'affine') {
    const { factors, offsets } = how.colours;
    if (factors.length !== channels || offsets.length !== channels) {
      throw new RangeError(`the preprocessing must have one factor and one offset for each of ${channels} channels`);
    }
  }
  if (channels === 1 && how.order !== 'rgb') throw new RangeError('brightness has no order of colours');
  return how;
}

function part(image: Image, left: number, top: number, width: number, height: number): Image {
  const pixels = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const from = Math.max(0, left);
    const to = Math.min(image.width, left + width);
    const y = top + row;
    if (y < 0 || y >= image.height) continue;
    pixels.set(
      image.pixels.subarray(3 * (y * image.width + from), 3 * (y * image.width + to)),
      3 * (row * width + from - left),
    );
  }
  return { width, height, pixels };
}

/** The picture in the proportions width : height, sides rounded to whole pixels. */
export function fitted(image: Image, fit: Preprocessing['fit'], width: number, height: number): Image {
  if (fit === 'stretch') return image;
  const wide = anImage(image).width * height > image.height * width;
  const byHeight = Math.max(1, Math.round((image.height * width) / height));
  const byWidth = Math.max(1, Math.round((image.width * height) / width));
  // Cropping shortens the side that is too long; padding lengthens the other one.
  const [newWidth, newHeight] = wide === (fit === 'crop') ? [byHeight, image.height] : [image.width, byWidth];
  const left = fit === 'corner' ? 0 : Math.floor((image.width - newWidth) / 2);
  const top = fit === 'corner' ? 0 : Math.floor((image.height - newHeight) / 2);
  return part(image, left, top, newWidth, newHeight);
}

/** The channels of colours red, green, blue in the order wanted, or their brightness by ITU-R BT.601. */
function channelsOf(colours: Float32Array, channels: number, order: Preprocessing['order']): Float32Array {
  if (channels === 3 && order === 'rgb') return colours;
  const result = new Float32Array((colours.length / 3) * channels);
  for (let pixel = 0; pixel < colours.length / 3; pixel++) {
    const [red, green, blue] = [colours[3 * pixel]!, colours[3 * pixel + 1]!, colours[3 * pixel + 2]!];
    if (channels === 1) result[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue;
    else result.set([blue, green, red], 3 * pixel);
  }
  return result;
}

/**
 * The input quantization for pictures prepared that way: centred integers of 9 bits for every real number that a colour can
 * become, by the preprocessing alone. Colours that become 0 to x, or -x to x, lose nothing to it.
 * @throws RangeError when the preprocessing is not affine
 */
export function pictureQuantization({ colours }: Preprocessing): Quantization {
  if (colours.kind !== 'affine')
    throw new RangeError('only an affine preprocessing says which real numbers colours are');
  const ends = colours.factors.flatMap((factor, c) => [colours.offsets[c]!, 255 * factor + colours.offsets[c]!]);
  const scale = Math.max(...ends.map(Math.abs)) / 255;
  const minimum = Math.max(-255, Math.floor(Math.min(0, ...ends) / scale));
  const maximum = Math.min(255, Math.ceil(Math.max(0, ...ends) / scale));
  return { scale, zeroPoint: 0, minimum, maximum };
}

/** Colours from 0 to 255 in the network's order: fitted, resized, not rounded. */
function colours(image: Image, how: Preprocessing, { height, width, channels }: Extent): Float32Array {
  return channelsOf(resizeBilinear(fitted(image, how.fit, width, height), width, height), channels, how.order);
}

/**
 * The real numbers a float network takes: what calibration is done with.
 * @param shape [height, width, 3] or [height, width, 1]
 * @throws RangeError when the preprocessing is not affine or does not fit the shape
 */
export function realPicture(image: Image, how: Preprocessing, shape: readonly number[]): Float32Array {
  const extent = pictureExtent('input', shape);
  if (aPreprocessing(how, extent.channels).colours.kind !== 'affine') {
    throw new RangeError('only an affine preprocessing says which real numbers colours are');
  }
  const { factors, offsets } = how.colours as Preprocessing['colours'] & { kind: 'affine' };
  return colours(image, how, extent).map((colour, index) => {
    const c = index % extent.channels;
    return colour * factors[c]! + offsets[c]!;
  });
}

/**
 * The centred integers a quantized network takes. With `affine` colours, c = clamp(floor(real / scale + 1/2)) in double
 * precision; with `codes`, see `quantizeInput`.
 * @throws RangeError when the tensor takes no pictures or the preprocessing does not fit it
 */
export function preparePicture(image: Image, how: Preprocessing, tensor: Tensor): Int16Array {
  const extent = pictureExtent(tensor.name, tensor.shape);
  aPreprocessing(how, extent.channels);
  if (tensor.kind !== 'activation') throw new RangeError(`"${tensor.name}" is no activation tensor`);
  const given = colours(image, how, extent);
  if (how.colours.kind === 'codes') return quantizeInput(given, tensor);
  const { factors, offsets } = how.colours;
  return Int16Array.from(given, (colour, index) => {
    const c = index % extent.channels;
    const real = colour * factors[c]! + offsets[c]!;
    return Math.max(tensor.minimum, Math.min(tensor.maximum, Math.floor(real / tensor.scale + 0.5)));
  });
}
