/** Averages and maxima over the windows of an image. */
import { type ImageShape, pooledShape } from '../model/image-shape.js';
import type { PoolOperation } from '../model/trusted-operations.js';
import { clamp, roundedDivision } from './rounding.js';

/** The maximum, or the rounded average, of the entries of each window that lie inside the image. */
export function pool(x: readonly bigint[], shape: ImageShape, how: PoolOperation): bigint[] {
  const out = pooledShape(shape, how);
  const result: bigint[] = [];
  for (let row = 0; row < out.height; row++) {
    for (let column = 0; column < out.width; column++) {
      for (let channel = 0; channel < out.channels; channel++) {
        const inside: bigint[] = [];
        for (let i = 0; i < how.window.height; i++) {
          for (let j = 0; j < how.window.width; j++) {
            const y = row * how.stride.y + i - how.padding.top;
            const z = column * how.stride.x + j - how.padding.left;
            if (y < 0 || y >= shape.height || z < 0 || z >= shape.width) continue;
            inside.push(x[(y * shape.width + z) * shape.channels + channel]!);
          }
        }
        const value =
          how.kind === 'maxPool'
            ? inside.reduce((largest, entry) => (entry > largest ? entry : largest))
            : roundedDivision(
                inside.reduce((sum, entry) => sum + entry, 0n),
                BigInt(inside.length),
              );
        result.push(clamp(value, how.minimum, how.maximum));
      }
    }
  }
  return result;
}
