/** Changes of scale, the sum of two scales among them. One rounding rule: `rounding.ts`. */
import type { Requantization } from '../model/quantized-network.js';
import type { AddOperation, RescaleOperation } from '../model/trusted-operations.js';
import { clamp, roundedShift } from './rounding.js';

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

/** clamp(roundedShift(x[i] * multiplier, shift)). */
export function rescale(x: readonly bigint[], how: RescaleOperation): bigint[] {
  return x.map((value) => clamp(roundedShift(value * BigInt(how.multiplier), how.shift), how.minimum, how.maximum));
}

/** clamp(roundedShift(a[i] * m0 + b[i] * m1, shift)). */
export function add(a: readonly bigint[], b: readonly bigint[], how: AddOperation): bigint[] {
  const [left, right] = how.multipliers;
  return a.map((value, index) => {
    const sum = value * BigInt(left) + b[index]! * BigInt(right);
    return clamp(roundedShift(sum, how.shift), how.minimum, how.maximum);
  });
}
