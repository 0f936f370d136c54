/** Entries in other places, and nothing computed: borders, concatenation, everything that only moves entries. */
import type { ImageShape } from '../model/image-shape.js';
import type { Padding } from '../model/shapes.js';
import type { TakeOperation } from '../model/trusted-operations.js';

/** The image with a border of zeros. */
export function pad(x: readonly bigint[], shape: ImageShape, padding: Padding): bigint[] {
  const result: bigint[] = [];
  for (let row = -padding.top; row < shape.height + padding.bottom; row++) {
    for (let column = -padding.left; column < shape.width + padding.right; column++) {
      const inside = row >= 0 && row < shape.height && column >= 0 && column < shape.width;
      for (let channel = 0; channel < shape.channels; channel++) {
        result.push(inside ? x[(row * shape.width + column) * shape.channels + channel]! : 0n);
      }
    }
  }
  return result;
}

/** Concatenation along `axis` of row-major tensors of the given shapes. */
export function concat(
  parts: readonly (readonly bigint[])[],
  shapes: readonly (readonly number[])[],
  axis: number,
): bigint[] {
  const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
  const blocks = product(shapes[0]!.slice(0, axis));
  const lengths = shapes.map((shape) => product(shape.slice(axis)));
  return Array.from({ length: blocks }, (_, block) =>
    parts.flatMap((part, index) => part.slice(block * lengths[index]!, (block + 1) * lengths[index]!)),
  ).flat();
}

/** See `TakeOperation`. */
export function take(x: readonly bigint[], { offsets }: Pick<TakeOperation, 'offsets'>): bigint[] {
  const places = offsets.reduce((all, list) => all.flatMap((at) => Array.from(list, (more) => at + more)), [0]);
  return places.map((at) => x[at]!);
}
