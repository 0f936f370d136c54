/** The operations of a float network that are not linear maps, entry by entry. */
import {
  type Activation,
  asImage,
  entryCount,
  type FloatBatchNorm,
  type FloatLayerNormalization,
  type FloatPool,
  type FloatSoftmax,
} from './float-network.js';
import { windowCount } from './padding.js';

/** Clamps in place and returns the same array. */
export function activate<A extends Float32Array>(values: A, activation: Activation): A {
  if (activation === 'none') return values;
  const ceiling = activation === 'relu6' ? 6 : Number.POSITIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    values[index] = Math.min(Math.max(values[index]!, 0), ceiling);
  }
  return values;
}

export function batchNorm(x: Float32Array, op: FloatBatchNorm): Float32Array {
  const channels = op.scale.length;
  const factors = Float64Array.from(op.scale, (scale, c) => scale / Math.sqrt(op.variance[c]! + op.epsilon));
  return x.map((value, index) => {
    const c = index % channels;
    return (value - op.mean[c]!) * factors[c]! + op.offset[c]!;
  });
}

export function add(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, index) => value + b[index]!);
}

export function pool(x: Float32Array, shape: readonly number[], op: FloatPool): Float32Array {
  const { height, width, channels } = asImage(shape);
  const { window, stride, padding } = op;
  const rows = windowCount(height + padding.top + padding.bottom, window.height, stride.y);
  const columns = windowCount(width + padding.left + padding.right, window.width, stride.x);
  const largest = op.kind === 'maxPool';
  const out = new Float32Array(rows * columns * channels);
  const row = new Float64Array(channels);
  for (let position = 0; position < rows * columns; position++) {
    const top = Math.floor(position / columns) * stride.y - padding.top;
    const left = (position % columns) * stride.x - padding.left;
    row.fill(largest ? Number.NEGATIVE_INFINITY : 0);
    let count = 0;
    for (let y = Math.max(0, top); y < Math.min(height, top + window.height); y++) {
      for (let z = Math.max(0, left); z < Math.min(width, left + window.width); z++) {
        const from = (y * width + z) * channels;
        count++;
        for (let k = 0; k < channels; k++) row[k] = largest ? Math.max(row[k]!, x[from + k]!) : row[k]! + x[from + k]!;
      }
    }
    for (let k = 0; k < channels; k++) out[position * channels + k] = largest ? row[k]! : row[k]! / count;
  }
  return out;
}

export function concat(
  parts: readonly Float32Array[],
  shapes: readonly (readonly number[])[],
  axis: number,
): Float32Array {
  const blocks = entryCount(shapes[0]!.slice(0, axis));
  const lengths = shapes.map((shape) => entryCount(shape.slice(axis)));
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (let block = 0; block < blocks; block++) {
    parts.forEach((part, index) => {
      const length = lengths[index]!;
      out.set(part.subarray(block * length, (block + 1) * length), at);
      at += length;
    });
  }
  return out;
}

export function layerNormalization(x: Float32Array, { scale, offset, epsilon }: FloatLayerNormalization): Float32Array {
  const n = scale.length;
  const out = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += n) {
    const row = x.subarray(start, start + n);
    const mean = row.reduce((total, value) => total + value, 0) / n;
    const variance = row.reduce((total, value) => total + (value - mean) ** 2, 0) / n;
    const factor = 1 / Math.sqrt(variance + epsilon);
    row.forEach((value, index) => {
      out[start + index] = (value - mean) * factor * scale[index]! + offset[index]!;
    });
  }
  return out;
}

export function softmax(x: Float32Array, width: number, op: FloatSoftmax): Float32Array {
  const out = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    const row = x.subarray(start, start + width);
    // Subtracting the largest changes nothing but keeps exp from overflowing.
    const largest = row.reduce((top, value) => Math.max(top, value), Number.NEGATIVE_INFINITY);
    const exponentials = Float64Array.from(row, (value) => Math.exp(op.beta * (value - largest)));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    out.set(
      exponentials.map((value) => value / sum),
      start,
    );
  }
  return out;
}
