/** The pictures: photographs and screenshots that come with @vladmandic/face-api, cut in parts where more are needed. */
import { basename } from 'node:path';
import { type Image, readImage } from '../../src/pictures/index.js';
import { calibrationPaths, photoPath } from '../../test/faces/package-files.js';
import type { Sample } from './model.js';

/** A rectangle of a picture, in whole pixels; what lies outside is black. */
export function cut({ width, height, pixels }: Image, left: number, top: number, side: number, rows = side): Image {
  const result = new Uint8Array(3 * side * rows);
  for (let row = 0; row < rows; row++) {
    const y = top + row;
    const from = Math.max(0, left);
    const to = Math.min(width, left + side);
    if (y < 0 || y >= height || to <= from) continue;
    result.set(pixels.subarray(3 * (y * width + from), 3 * (y * width + to)), 3 * (row * side + from - left));
  }
  return { width: side, height: rows, pixels: result };
}

async function read(path: string): Promise<Sample> {
  return { name: basename(path), image: await readImage(path) };
}

/** The photographs with these numbers, from 1 to 6. */
export function photographs(...numbers: number[]): Promise<Sample[]> {
  return Promise.all(numbers.map((number) => read(photoPath(number))));
}

/** The package's two screenshots, which show many small photographs of faces, and text. */
export function screenshots(): Promise<Sample[]> {
  return Promise.all(calibrationPaths.map(read));
}

/** The screenshot that shows one person, and none of the photographs. */
export async function webcam(): Promise<Sample[]> {
  return (await screenshots()).slice(1);
}

/** The quarters of a picture, each half as wide and high. */
export function quarters({ name, image }: Sample): Sample[] {
  const [width, height] = [Math.floor(image.width / 2), Math.floor(image.height / 2)];
  return [0, 1, 2, 3].map((index) => ({
    name: `${name}, quarter ${index + 1}`,
    image: cut(image, (index % 2) * width, Math.floor(index / 2) * height, width, height),
  }));
}
