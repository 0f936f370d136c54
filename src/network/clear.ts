/** The same quantized network in the clear, wholly on the trusted side: no device, no protocol. */
import type { TrustedArithmetic } from '../protocol/index.js';
import { type LinearMap, outputLength, type QuantizedNetwork } from '../reference/index.js';
import { finishAccumulators } from './trusted-operations.js';
import { aQuantizedNetwork } from './validate.js';
import { walk } from './walk.js';

/**
 * Evaluates the network with trusted arithmetic only: what every run on a device must equal bit for bit.
 * @returns one array of centred integers per output tensor
 */
export async function runInTheClear(
  network: QuantizedNetwork,
  arithmetic: TrustedArithmetic,
  input: Int16Array,
): Promise<(Int16Array | Int32Array)[]> {
  return walk(aQuantizedNetwork(network), arithmetic, input, async (operation, _, x) =>
    finishAccumulators(operation, applyOnce(operation.map, x, arithmetic), arithmetic),
  );
}

function applyOnce(map: LinearMap, x: Int16Array, arithmetic: TrustedArithmetic): Int32Array {
  const trusted = arithmetic.load(map);
  const y = arithmetic.allocate('i32', outputLength(map));
  trusted.applyIntegers(x, y);
  trusted.release();
  return y;
}
