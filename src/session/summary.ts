/** What the soundness calculator needs to know about a network. */

import type { CalculatorLayer } from '../calculator/index.js';
import { outputChannels } from '../model/linear-map.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { certify } from '../operations/certificate.js';
import { linearOperations } from '../operations/graph.js';

/**
 * The real linear layers of a network, in order: shapes, multiply-accumulates, certified bounds and biases.
 * @param outsourced which of them the device computes, as in a plan; all of them unless given
 * @throws ModelError naming the layer and its bound, when the network does not fit its certificate
 * @example
 * const { perInference } = calculateSoundness({ layers: networkSummary(network) });
 */
export function networkSummary(network: QuantizedNetwork, outsourced?: readonly boolean[]): CalculatorLayer[] {
  const operations = linearOperations(network);
  return certify(network)
    .layers.map(({ name, inputs, outputs, macs, bound }, index): CalculatorLayer => {
      const { map, bias } = operations[index]!;
      const largestBias = bias.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      return { name, inputs, outputs, macs, bound, largestBias, channels: outputChannels(map) };
    })
    .filter((_, index) => outsourced?.[index] ?? true);
}
