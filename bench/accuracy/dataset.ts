/** Fashion-MNIST: pictures with one channel, and their classes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ModelError } from '../../src/network/index.js';
import { readIdx } from './idx.js';

/** Where Debian's package dataset-fashion-mnist has its files. */
export const FOLDER = '/usr/share/datasets/fashion-mnist';

/** The files of that package. */
export const FILES = {
  images: join(FOLDER, 't10k-images-idx3-ubyte.gz'),
  labels: join(FOLDER, 't10k-labels-idx1-ubyte.gz'),
  calibrate: join(FOLDER, 'train-images-idx3-ubyte.gz'),
} as const;

/** Whether the package is installed. */
export const isInstalled = (): boolean => Object.values(FILES).every((path) => existsSync(path));

/** What each class is, in the order of its number. */
export const LABELS = [
  'T-shirt',
  'trousers',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
] as const;

/** The side of a picture, in pixels. */
export const SIDE = 28;

/** Pictures of brightness from 0 to 255, row by row. */
export type Pictures = readonly Uint8Array[];

/**
 * The first pictures of a file; all of them when `most` is null.
 * @throws ModelError when the file is not of that kind, or has fewer
 */
export async function readPictures(path: string, most: number | null): Promise<Pictures> {
  const { shape, data } = await readIdx(path, 3);
  const [count, height, width] = shape as [number, number, number];
  if (height !== SIDE || width !== SIDE) {
    throw new ModelError(`${path} has pictures of ${width} x ${height}, and the networks take ${SIDE} x ${SIDE}.`);
  }
  const wanted = most ?? count;
  if (count < wanted || count === 0) throw new ModelError(`${path} has ${count} pictures, fewer than ${wanted}.`);
  return Array.from({ length: wanted }, (_, at) => data.subarray(at * SIDE * SIDE, (at + 1) * SIDE * SIDE));
}

/**
 * The classes of the first `count` pictures.
 * @throws ModelError when the file is not of that kind, has another number of entries than `of`, or one that is no class
 */
export async function readClasses(path: string, count: number): Promise<Uint8Array> {
  const { data } = await readIdx(path, 1);
  if (data.length < count) throw new ModelError(`${path} has ${data.length} classes, fewer than ${count} pictures.`);
  const classes = data.subarray(0, count);
  if (classes.some((label) => label >= LABELS.length)) throw new ModelError(`${path} has a class above 9.`);
  return classes;
}

/** The real numbers that the float networks take. */
export const realsOf = (picture: Uint8Array): Float32Array => Float32Array.from(picture, (colour) => colour / 255);

/** The centred integers that the quantized networks take: `INPUT` says that integer c stands for c / 255. */
export const integersOf = (picture: Uint8Array): Int16Array => Int16Array.from(picture);

/** The input's exact quantization: colours are integers already. It is what `slalom import` chooses for `--range 0,1`. */
export const INPUT = { scale: 1 / 255, zeroPoint: 0, minimum: 0, maximum: 255 } as const;
