/** A picture in memory: the one form that everything in this folder takes and gives. */

/** Red, green, blue bytes, row by row from the top: `3 * width * height` of them. */
export interface Image {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Red, green and blue bytes, row by row. */
  readonly pixels: Uint8Array;
}

/**
 * Returns `image` if it is well formed.
 * @throws TypeError when the pixels are no Uint8Array; RangeError when a side is no positive whole number or the pixels
 *   are not three bytes for each of width * height.
 */
export function anImage(image: Image): Image {
  if (!(image.pixels instanceof Uint8Array)) throw new TypeError('pixels must be a Uint8Array');
  for (const side of ['width', 'height'] as const) {
    if (!Number.isSafeInteger(image[side]) || image[side] < 1) {
      throw new RangeError(`${side} must be a positive whole number, not ${image[side]}`);
    }
  }
  const expected = 3 * image.width * image.height;
  if (image.pixels.length !== expected) throw new RangeError(`expected ${expected} bytes, got ${image.pixels.length}`);
  return image;
}
