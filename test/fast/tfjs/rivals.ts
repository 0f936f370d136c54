/** TensorFlow.js namespaces that round, as some hardware does: the cpu backend with another matrix product. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { TfjsNamespace } from '../../../src/fast/devices/tfjs/core.js';

type Rounding = (value: number) => number;

/** To the nearest number of that many significant bits (Veltkamp's splitting), or infinity beyond the largest. */
export function significand(bits: number, largest = Number.POSITIVE_INFINITY): Rounding {
  const factor = 2 ** (53 - bits) + 1;
  return (value) => {
    const scaled = value * factor;
    const rounded = scaled - (scaled - value);
    return Math.abs(rounded) > largest ? Math.sign(rounded) * Number.POSITIVE_INFINITY : rounded;
  };
}

export const toFloat32: Rounding = Math.fround;
export const toTf32 = significand(11);
export const toBfloat16 = significand(8);
export const toFloat16 = significand(11, 65504);

/** A way of adding up; may overwrite the terms. */
type Order = (terms: Float64Array, round: Rounding) => number;

export const forward: Order = (terms, round) => {
  let sum = 0;
  for (let k = 0; k < terms.length; k++) sum = round(sum + terms[k]!);
  return sum;
};

export const backward: Order = (terms, round) => forward(terms.reverse(), round);

export const pairwise: Order = (terms, round) => {
  for (let length = terms.length; length > 1; length = (length + 1) >> 1) {
    for (let k = 0; k < length >> 1; k++) terms[k] = round(terms[2 * k]! + terms[2 * k + 1]!);
    if (length % 2 === 1) terms[length >> 1] = terms[length - 1]!;
  }
  return terms[0]!;
};

/** A namespace whose `matMul` rounds its inputs and its sums. */
export function rival(input: Rounding, sum: Rounding, order = forward): TfjsNamespace {
  const matMul = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
    const [groups, rows, depth] = a.shape as [number, number, number];
    const columns = b.shape[2]!;
    const [left, right] = [a.dataSync().map(input), b.dataSync().map(input)];
    const result = new Float32Array(groups * rows * columns);
    const terms = new Float64Array(depth);
    for (let i = 0; i < result.length; i++) {
      const [row, column] = [Math.floor(i / columns), i % columns];
      const group = Math.floor(row / rows);
      for (let k = 0; k < depth; k++) {
        terms[k] = left[row * depth + k]! * right[(group * depth + k) * columns + column]!;
      }
      result[i] = order(terms, sum);
    }
    return tf.tensor(result, [groups, rows, columns], 'float32');
  };
  return { ...tf, matMul };
}
