/** The same quantized network in the clear, wholly on the trusted side: no device, no protocol. */

import type { QuantizedNetwork } from '../model/quantized-network.js';
import { linearOperations } from '../operations/graph.js';
import { aQuantizedNetwork } from '../operations/validate-network.js';
import { noCosts, type TrustedArithmetic } from '../protocol/index.js';
import { InsideLayers } from './inside-layers.js';
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
  const layers = linearOperations(aQuantizedNetwork(network));
  const inside = new InsideLayers(arithmetic, layers, layers.keys());
  try {
    const [outputs] = await walk(network, arithmetic, [input], async (operation, index, x, finish) =>
      inside.run(operation, index, x, 1, finish, noCosts()),
    );
    return outputs!;
  } finally {
    inside.release();
    arithmetic.wipe();
  }
}
