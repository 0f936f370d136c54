/** Post-training quantization: a float network and calibrated ranges become a network of integers. */

import { type FloatNetwork, type FloatTensorId, isLinear } from '../graph/index.js';
import { aModulus, M31, type Modulus } from '../model/modulus.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import type { Quantization } from '../model/tensor.js';
import { ACTIVATION_BITS, anActivationBits } from './activation-quantization.js';
import { producerOf, readersOf } from './graph.js';
import { lower } from './lowering/lower.js';
import { prepare } from './prepare.js';
import type { Ranges } from './ranges.js';
import { shareQuantizations } from './share-quantizations.js';

/** What may be chosen about a quantization. */
export interface QuantizeOptions {
  /**
   * The input's exact quantization, if the caller fills the input tensor itself; up to 16 bits, `minimum <= 0 <= maximum`.
   * Without it the input has `activationBits` over its calibrated range.
   */
  readonly input?: Quantization;
  /**
   * Bits of every activation, from 8 to 12; 8 unless given. Each bit more halves rounding errors, which networks with hard swish or
   * few channels need, and doubles the bound of every layer: more layers need the pad modulus 2^31 - 1.
   */
  readonly activationBits?: number;
  /**
   * The pad modulus the network shall fit: a channel whose sums could leave (-modulus / 2, modulus / 2) gets coarser
   * weights until they cannot. 2^31 - 1 unless given, which almost no channel needs to be changed for.
   */
  readonly modulus?: Modulus;
}

/** A linear layer whose result only leaves the network keeps its accumulators, and with them its full precision. */
function keepsAccumulators(network: FloatNetwork, id: FloatTensorId): boolean {
  const producer = producerOf(network, id);
  return isLinear(producer) && producer.activation === 'none' && readersOf(network, id) === 0;
}

function anInputQuantization(input: Quantization): Quantization {
  const { scale, zeroPoint, minimum, maximum } = input;
  if (!(Number.isFinite(scale) && scale > 0)) throw new RangeError('the input scale must be positive and finite');
  if (![zeroPoint, minimum, maximum].every(Number.isSafeInteger)) {
    throw new RangeError('the input zero point and range must be whole numbers');
  }
  if (minimum < -32768 || minimum > 0 || maximum < 0 || maximum > 32767) {
    throw new RangeError('the input range must include zero and fit 16 bits');
  }
  return { scale, zeroPoint, minimum, maximum };
}

/**
 * Quantizes a network: 8-bit activations per tensor (or up to 12 bits), 8-bit weights per channel, 32-bit biases and accumulators.
 * @param network any float network; batch norms and activations are folded first
 * @param ranges from `calibrate` on the same network
 * @throws ModelError when a range is missing or a weight is not finite; RangeError for wrong options
 */
export function quantize(network: FloatNetwork, ranges: Ranges, options: QuantizeOptions = {}): QuantizedNetwork {
  const prepared = prepare(network);
  const input = options.input && anInputQuantization(options.input);
  const largestSum = (aModulus(options.modulus ?? M31) - 1) / 2;
  const bits = anActivationBits(options.activationBits ?? ACTIVATION_BITS);
  const exact = (id: FloatTensorId): boolean => keepsAccumulators(prepared, id);
  const formats = shareQuantizations(prepared, ranges, input, bits, (id) => !exact(id));

  const tensors = prepared.tensors.map((tensor, id) => {
    const format = formats[id];
    return format === undefined ? tensor : { ...tensor, format };
  });
  return lower({ ...prepared, tensors }, largestSum);
}
