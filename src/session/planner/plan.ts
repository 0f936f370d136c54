/** Which linear layers the device gets, and why. */

import { inputLength, macCount, outputLength } from '../../model/linear-map.js';
import type { QuantizedNetwork } from '../../model/quantized-network.js';
import { linearOperations } from '../../operations/graph.js';
import { type Parameters, repetitionsFor, someParameters, type TrustedArithmetic } from '../../protocol/index.js';
import { calibrate, type OnMeasured } from './calibrate.js';
import { decide } from './decide.js';
import { type LayerClass, layerClass } from './layer-class.js';
import { type LayerCosts, layerCosts, type PlanRates } from './rates.js';

/** One decision per linear layer, in the network's order. */
export interface Plan {
  /** One entry per linear layer, in the network's order: whether the device computes it. */
  readonly outsourced: readonly boolean[];
  /** What every layer costs the trusted side; there when it was measured. */
  readonly layers?: readonly PlannedLayer[];
}

/** A plan with its reasons. */
export interface MeasuredPlan extends Plan {
  /** What every layer costs the trusted side, and why it is where it is. */
  readonly layers: readonly PlannedLayer[];
}

/** One linear layer in a plan. Times are estimates for one image, of the arithmetic that was measured. */
export interface PlannedLayer extends LayerCosts {
  /** The layer. */
  readonly name: string;
  /** The class of layers whose speed was measured. */
  readonly kind: LayerClass;
  /** Multiply-accumulates. */
  readonly macs: number;
  /** |X| and |Y|. */
  readonly inputs: number;
  /** |Y|. */
  readonly outputs: number;
  /** Whether the device gets it. */
  readonly outsourced: boolean;
  /** In a few words. */
  readonly reason: string;
}

/** What a plan depends on, besides the network. */
export interface PlanOptions {
  /** Is measured the first time it is planned for: some tens of milliseconds. */
  readonly arithmetic: TrustedArithmetic;
  /** As for a session. */
  readonly parameters?: Partial<Parameters>;
  /** Called with what was measured. */
  readonly onMeasured?: OnMeasured;
}

/**
 * Decides for each linear layer whether the device shall compute it: it shall, unless computing it inside takes the trusted
 * side clearly less time than blinding, checking and moving it. Only time online counts; making pads, offline, is shown
 * beside it. Outputs and guarantees are the same whatever a plan says: what is not outsourced is computed, exactly, by the
 * trusted side, and soundness is that of one lie in what is.
 * @param network one that `certify` accepts
 * @throws TypeError when the parameters are wrong
 * @example
 * const plan = planNetwork(network, { arithmetic });
 * const session = await NetworkSession.open({ network, device, arithmetic, plan });
 */
export function planNetwork(network: QuantizedNetwork, options: PlanOptions): MeasuredPlan {
  const { arithmetic, onMeasured } = options;
  const { integrity, privacy, soundnessBits } = someParameters(options.parameters);
  // With fewer layers to check k could be smaller; it hardly ever is, and a plan that overrates checking is no worse a promise.
  const repetitions = integrity ? repetitionsFor(soundnessBits, linearOperations(network).length) : 0;
  return planByRates(network, calibrate(arithmetic, { repetitions, privacy }, onMeasured), privacy);
}

/** The plan that follows from these rates: the same for the same arguments. */
export function planByRates(network: QuantizedNetwork, rates: PlanRates, privacy: boolean): MeasuredPlan {
  const layers = linearOperations(network).map(({ name, map }): PlannedLayer => {
    const costs = layerCosts(map, rates, privacy);
    const shape = { macs: macCount(map), inputs: inputLength(map), outputs: outputLength(map) };
    return { name, kind: layerClass(map), ...shape, ...costs, ...decide(costs) };
  });
  return { outsourced: layers.map(({ outsourced }) => outsourced), layers };
}
