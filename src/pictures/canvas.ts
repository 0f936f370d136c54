/** Changes to a picture that give a new picture: a square canvas, a drawn box. */
import { anImage, type Image } from './image.js';

/**
 * The picture in the top left corner of the smallest square that holds it; the rest is black.
 * @throws TypeError or RangeError when the image is not well formed.
 */
export function padToSquare(image: Image): Image {
  const { width, height, pixels } = anImage(image);
  const side = Math.max(width, height);
  const square = new Uint8Array(3 * side * side);
  for (let row = 0; row < height; row++) {
    square.set(pixels.subarray(3 * row * width, 3 * (row + 1) * width), 3 * row * side);
  }
  return { width: side, height: side, pixels: square };
}

/** A rectangle in pixels; right and bottom lie just outside it. Fractions are rounded, and parts outside the picture cut. */
export interface Box {
  /** The first column, in pixels. */
  readonly left: number;
  /** The first row. */
  readonly top: number;
  /** The column where it ends. */
  readonly right: number;
  /** The row where it ends. */
  readonly bottom: number;
}

/** Red, green, blue, each from 0 to 255. */
export type Colour = readonly [number, number, number];

/**
 * A copy of the picture with the outline of a box drawn on it, `thickness` pixels wide and inside the box.
 * @throws TypeError or RangeError when the image is not well formed; RangeError when a coordinate is not finite, a colour
 *   is out of range or the thickness is no positive whole number.
 */
export function drawBox(image: Image, box: Box, colour: Colour, thickness: number): Image {
  const { width, height } = anImage(image);
  if (!Object.values(box).every(Number.isFinite)) throw new RangeError('the box must have finite sides');
  if (!colour.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)) {
    throw new RangeError('a colour is three whole numbers from 0 to 255');
  }
  if (!Number.isSafeInteger(thickness) || thickness < 1) {
    throw new RangeError(`thickness must be a positive whole number, not ${thickness}`);
  }
  const pixels = image.pixels.slice();
  const left = Math.round(box.left);
  const top = Math.round(box.top);
  const right = Math.round(box.right);
  const bottom = Math.round(box.bottom);
  for (let row = Math.max(0, top); row < Math.min(height, bottom); row++) {
    const edgeRow = row < top + thickness || row >= bottom - thickness;
    for (let column = Math.max(0, left); column < Math.min(width, right); column++) {
      const onEdge = edgeRow || column < left + thickness || column >= right - thickness;
      if (onEdge) pixels.set(colour, 3 * (row * width + column));
    }
  }
  return { width, height, pixels };
}
