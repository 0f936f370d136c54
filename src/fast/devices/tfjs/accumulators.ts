/**
 * Whether accumulators are as wide as `bounds.ts` needs: sums that take all 24 bits, in matrices large enough for the
 * kernels that serve real layers. The devices' common self-test does not know how long a sum gets within one product.
 */

import type { Dense } from '../../../model/linear-map.js';
import type { Device } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';

/** 1040 * 127 + 23 = 132103 is the largest odd number with 127 * 132103 < 2^24, so its product ends in bit 0 of 24. */
const TERMS = 1041;
const SMALLEST = 23;
const LARGEST = 127;
const OUTPUTS = 64;
const INPUTS = 8;

/** The small weight comes at another place in every row; the second quarter of the rows changes sign halfway, and so on. */
function weightOf(output: number, term: number): number {
  const weight = term === (output * 17) % TERMS ? SMALLEST : LARGEST;
  const half = term * 2 >= TERMS;
  const signs = [1, half ? -1 : 1, term % 2 === 0 ? 1 : -1, -1];
  return weight * signs[Math.floor((output * 4) / OUTPUTS)]!;
}

/** Constants and sign patterns, so that in some row all products have one sign. */
function entryOf(input: number, term: number): number {
  const signs = [1, -1, term * 2 >= TERMS ? -1 : 1, term % 2 === 0 ? 1 : -1];
  return signs[input % 4]! * (input < 4 ? LARGEST : LARGEST - 2);
}

/**
 * Runs the sums over the integers, where one product takes them whole.
 * @throws DeviceError when one is not exact, or the device fails
 */
export async function testAccumulators(device: Device): Promise<void> {
  const weights = new Int16Array(OUTPUTS * TERMS);
  for (let i = 0; i < weights.length; i++) weights[i] = weightOf(Math.floor(i / TERMS), i % TERMS);
  const x = new Int16Array(INPUTS * TERMS);
  for (let i = 0; i < x.length; i++) x[i] = entryOf(Math.floor(i / TERMS), i % TERMS);
  const inputRange = { minimum: -LARGEST, maximum: LARGEST };
  const map: Dense = { kind: 'dense', inputs: TERMS, outputs: OUTPUTS, weights, inputRange };
  const loaded = await device.load(map, 'integers');
  const y = await loaded.apply(x.slice());
  loaded.release();
  for (let i = 0; i < INPUTS * OUTPUTS; i++) {
    const [input, output] = [Math.floor(i / OUTPUTS) * TERMS, (i % OUTPUTS) * TERMS];
    let sum = 0;
    for (let k = 0; k < TERMS; k++) sum += weights[output + k]! * x[input + k]!;
    if (y[i] !== sum) throw new DeviceError(`The device "${device.name}" does not compute exactly and was refused.`);
  }
}
