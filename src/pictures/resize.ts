/** Changes a picture's size. */
import { anImage, type Image } from './image.js';

/** For each place along an axis: the two entries it lies between, and how far it is from the first. */
function samples(from: number, to: number): { lower: number; upper: number; fraction: number }[] {
  const ratio = from / to;
  return Array.from({ length: to }, (_, place) => {
    const source = place * ratio;
    const lower = Math.min(Math.floor(source), from - 1);
    return { lower, upper: Math.min(lower + 1, from - 1), fraction: source - lower };
  });
}

/**
 * Bilinear resizing by TensorFlow's first rule (neither aligned corners nor half-pixel centres): place d of the result is
 * place d * in / out of the picture, and the last row and column are repeated at the edge.
 * @param width @param height of the result, at least 1; the picture is squeezed where the proportions differ
 * @returns red, green, blue, row by row, from 0 to 255 and not rounded: `3 * width * height` numbers
 * @throws RangeError when a size is no positive whole number; TypeError or RangeError when the image is not well formed.
 */
export function resizeBilinear(image: Image, width: number, height: number): Float32Array {
  const { pixels } = anImage(image);
  for (const size of [width, height]) {
    if (!Number.isSafeInteger(size) || size < 1)
      throw new RangeError(`a size must be a positive whole number, not ${size}`);
  }
  const columns = samples(image.width, width);
  const result = new Float32Array(3 * width * height);
  let index = 0;
  for (const row of samples(image.height, height)) {
    const top = row.lower * image.width;
    const bottom = row.upper * image.width;
    for (const { lower, upper, fraction } of columns) {
      for (let colour = 0; colour < 3; colour++) {
        const between = (start: number): number => {
          const left = pixels[3 * (start + lower) + colour]!;
          return left + (pixels[3 * (start + upper) + colour]! - left) * fraction;
        };
        const above = between(top);
        result[index++] = above + (between(bottom) - above) * row.fraction;
      }
    }
  }
  return result;
}
