/** The operations the trusted side does itself, on centred integers. One rounding rule: `rounding.ts`. */
import type { Padding } from '../model/linear-map.js';
import type {
  AddOperation,
  PoolOperation,
  Requantization,
  RescaleOperation,
  SoftmaxOperation,
} from '../model/quantized-network.js';
import { clamp, roundedDivision, roundedShift } from './rounding.js';

/** The shape pooling and padding act on: rows, columns, channels last. */
export interface ImageShape {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Entries of a pixel. */
  readonly channels: number;
}

/** y[i] + bias[i mod channels]. */
export function addBias(y: readonly bigint[], bias: Int32Array): bigint[] {
  return y.map((value, index) => value + BigInt(bias[index % bias.length]!));
}

/** clamp(roundedShift((y[i] + bias[c]) * multiplier[c], shift)), c = i mod channels. */
export function requantize(y: readonly bigint[], bias: Int32Array, how: Requantization): bigint[] {
  return addBias(y, bias).map((value, index) => {
    const multiplier = BigInt(how.multipliers[index % bias.length]!);
    return clamp(roundedShift(value * multiplier, how.shift), how.minimum, how.maximum);
  });
}

/** clamp(roundedShift(a[i] * m0 + b[i] * m1, shift)). */
export function add(a: readonly bigint[], b: readonly bigint[], how: AddOperation): bigint[] {
  const [left, right] = how.multipliers;
  return a.map((value, index) => {
    const sum = value * BigInt(left) + b[index]! * BigInt(right);
    return clamp(roundedShift(sum, how.shift), how.minimum, how.maximum);
  });
}

/** clamp(roundedShift(x[i] * multiplier, shift)). */
export function rescale(x: readonly bigint[], how: RescaleOperation): bigint[] {
  return x.map((value) => clamp(roundedShift(value * BigInt(how.multiplier), how.shift), how.minimum, how.maximum));
}

/** Rows and columns of a pooled image. */
export function pooledShape(shape: ImageShape, how: PoolOperation): ImageShape {
  const { window, stride, padding } = how;
  return {
    height: Math.floor((shape.height + padding.top + padding.bottom - window.height) / stride.y) + 1,
    width: Math.floor((shape.width + padding.left + padding.right - window.width) / stride.x) + 1,
    channels: shape.channels,
  };
}

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

/** Softmax over the last axis of length `width`; see `SoftmaxOperation`. */
export function softmax(x: readonly bigint[], width: number, how: SoftmaxOperation): bigint[] {
  const result: bigint[] = [];
  for (let start = 0; start < x.length; start += width) {
    const row = x.slice(start, start + width);
    const largest = row.reduce((top, value) => (value > top ? value : top));
    const exponentials = row.map((value) => BigInt(how.exponentials[Number(largest - value)]!));
    const sum = exponentials.reduce((total, value) => total + value, 0n);
    for (const value of exponentials) {
      result.push(clamp(roundedDivision(value * BigInt(how.unit), sum), how.minimum, how.maximum));
    }
  }
  return result;
}
