/** The no-wrap certificate of a whole network: what each layer can reach, and which pad modulus holds them all. */

import { inputLength, macCount, outputLength } from '../model/linear-map.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { type Modulus, noWrapBound, smallestModulus } from '../protocol/index.js';
import { linearOperations } from './graph.js';
import { aQuantizedNetwork } from './validate-network.js';

/** One linear layer. */
export interface LayerCertificate {
  /** The layer. */
  readonly name: string;
  /** B: |L(x)| <= B, from the actual weights. */
  readonly bound: number;
  /** ceil(log2(2B + 1)): the width of a signed integer that holds L(x). */
  readonly bits: number;
  /** Multiply-accumulates of one application. */
  readonly macs: number;
  /** |X|. */
  readonly inputs: number;
  /** |Y|. */
  readonly outputs: number;
}

/** A network whose integers are proved to fit. */
export interface Certificate {
  /** In the order of the network. */
  readonly layers: readonly LayerCertificate[];
  /** The largest B of all layers. */
  readonly bound: number;
  /** The smallest pad modulus p with 2B < p. */
  readonly modulus: Modulus;
  /** Multiply-accumulates of all linear layers. */
  readonly macs: number;
}

/**
 * Certifies every linear layer.
 * @throws ModelError naming the layer and its bound, when it does not fit
 */
export function certify(network: QuantizedNetwork): Certificate {
  const layers = linearOperations(aQuantizedNetwork(network)).map(({ name, map }) => {
    const bound = noWrapBound(map);
    const bits = Math.ceil(Math.log2(2 * bound + 1));
    return { name, bound, bits, macs: macCount(map), inputs: inputLength(map), outputs: outputLength(map) };
  });
  const bound = layers.reduce((largest, layer) => Math.max(largest, layer.bound), 0);
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
  return { layers, bound, modulus: smallestModulus(bound), macs };
}
