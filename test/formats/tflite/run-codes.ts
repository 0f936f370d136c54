/** Runs an imported network on stored codes, through the reference. */

import type { QuantizedNetwork } from '../../../src/model/quantized-network.js';
import type { ActivationTensor } from '../../../src/model/tensor.js';
import { aQuantizedNetwork } from '../../../src/operations/validate-network.js';
import { evaluate } from '../../../src/reference/evaluate.js';

/** The stored codes of the first output for stored codes of the input; the network must be well formed. */
export function runCodes(network: QuantizedNetwork, input: readonly number[]): number[] {
  const zeroPoint = (id: number): number => (network.tensors[id] as ActivationTensor).zeroPoint;
  const centred = input.map((code) => BigInt(code - zeroPoint(network.input)));
  const [y] = evaluate(aQuantizedNetwork(network), centred);
  return y!.map((c) => Number(c) + zeroPoint(network.outputs[0]!));
}
