/** What a network costs and how near it comes to the modulus, layer by layer: computed from its shapes and weights, not measured. */

import { networkHash } from '../canonical/network-hash.js';
import type { LinearOperation, QuantizedNetwork } from '../model/quantized-network.js';
import { type Certificate, certify, type LayerCertificate } from '../operations/certificate.js';
import { linearOperations } from '../operations/graph.js';
import { modulusName, type Soundness, soundness } from '../protocol/index.js';
import { defaultParameters } from '../protocol/parameters.js';
import { repetitionsFor } from '../protocol/soundness.js';
import { type LayerClass, layerClass } from './planner/layer-class.js';

/** One linear layer, outsourced, private and verified by k challenges. */
export interface LayerInspection extends LayerCertificate {
  /** How the planner sorts it. */
  readonly kind: LayerClass;
  /** Of the tensor it reads. */
  readonly inputShape: readonly number[];
  /** Of the tensor it gives. */
  readonly outputShape: readonly number[];
  /** Of its output's `bits`, how many p has: 24 or 31. */
  readonly modulusBits: number;
  /** How many weights it has. */
  readonly weights: number;
  /**
   * Bytes that the trusted side reads and writes online per image. On the way out it reads x (2 per entry), the pad (4) and
   * k folded challenges (4 each), and writes what is sent (4); on the way in it reads the answer (4), the unblinding factor
   * (4) and k challenges (4 each), and writes the result (2, or 4 where accumulators leave the network). Wiping the pad and the
   * unblinding factor, which the same passes do, is not counted.
   */
  readonly trustedBytes: number;
  /** What privacy costs offline per image: so many multiply-accumulates of u = L(rho), inside, ... */
  readonly offlineMacs: number;
  /** ... and so many bytes for the pad and its unblinding factor until they are used. */
  readonly padBytes: number;
}

/** A whole network. Sums are over linear layers, all of them outsourced. */
export interface Inspection {
  /** See `networkHash`. */
  readonly networkHash: string;
  /** In the order in which they are numbered everywhere. */
  readonly layers: readonly LayerInspection[];
  /** The smallest pad modulus that fits all of them. */
  readonly modulus: 'P24' | 'M31';
  /** The layer with the largest bound: it decides which modulus the network needs. */
  readonly bindingLayer: number;
  /** How many there are of each kind. */
  readonly trustedOperations: Readonly<Record<string, number>>;
  /** Per image. */
  readonly totals: Pick<LayerInspection, 'macs' | 'weights' | 'trustedBytes' | 'offlineMacs' | 'padBytes'>;
  /** At the default parameters. */
  readonly soundness: Soundness;
}

const BITS = { P24: 24, M31: 31 } as const;

function inspectLayer(
  network: QuantizedNetwork,
  { input, output, map, requantization }: LinearOperation,
  certified: LayerCertificate,
  modulusBits: number,
  repetitions: number,
): LayerInspection {
  const { inputs, outputs, macs } = certified;
  const outgoing = inputs * (2 + 4 + 4 * repetitions + 4);
  const incoming = outputs * (4 + 4 + 4 * repetitions + (requantization === null ? 4 : 2));
  return {
    ...certified,
    kind: layerClass(map),
    inputShape: network.tensors[input]!.shape,
    outputShape: network.tensors[output]!.shape,
    modulusBits,
    weights: map.weights.length,
    trustedBytes: outgoing + incoming,
    offlineMacs: macs,
    padBytes: 4 * (inputs + outputs),
  };
}

function trustedOperations({ operations }: QuantizedNetwork): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of operations) if (kind !== 'linear') counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/**
 * Certifies and describes a network.
 * @param certificate the network's, if it is known already
 * @throws NoWrapError when a layer fits no modulus; ModelError when the network is not well formed
 */
export function inspectNetwork(network: QuantizedNetwork, certificate: Certificate = certify(network)): Inspection {
  const operations = linearOperations(network);
  const repetitions = repetitionsFor(defaultParameters.soundnessBits, operations.length);
  const modulus = modulusName(certificate.modulus);
  const layers = certificate.layers.map((certified, index) =>
    inspectLayer(network, operations[index]!, certified, BITS[modulus], repetitions),
  );
  const sum = (of: keyof Inspection['totals']): number => layers.reduce((total, layer) => total + layer[of], 0);
  return {
    networkHash: networkHash(network),
    layers,
    modulus,
    bindingLayer: layers.findIndex(({ bound }) => bound === certificate.bound),
    trustedOperations: trustedOperations(network),
    totals: {
      macs: sum('macs'),
      weights: sum('weights'),
      trustedBytes: sum('trustedBytes'),
      offlineMacs: sum('offlineMacs'),
      padBytes: sum('padBytes'),
    },
    soundness: soundness({ layers: layers.length, repetitions, inferences: defaultParameters.maximumInferences }),
  };
}
