/** What trusted work costs on one machine, as few numbers as decide a plan, and the times of layers that follow from them. */
import { inputLength, type LinearMap, macCount, outputLength } from '../../model/linear-map.js';
import { type LayerClass, layerClass } from './layer-class.js';

/** ms = callMs + units * unitMs + outputs * outputMs; never negative. */
export interface Rate {
  readonly callMs: number;
  /** Per multiply-accumulate of a map, or per entry of a pass. */
  readonly unitMs: number;
  /** Per entry of a map's output; 0 where it cannot be told from the units. */
  readonly outputMs: number;
}

/** Measured by `calibrate`, or made up in tests. */
export interface PlanRates {
  /** The pass over an outsourced layer's inputs: range, blinding, folds. A unit is an entry. */
  readonly outgoing: Rate;
  /** The pass over its outputs: unblinding, range, folds, finishing. */
  readonly incoming: Rate;
  /** L(x) over the integers, and finishing. */
  readonly inside: Readonly<Record<LayerClass, Rate>>;
  /** u = L(rho) mod p. */
  readonly pads: Readonly<Record<LayerClass, Rate>>;
  /** One entry of rho. */
  readonly drawing: Rate;
}

/** What one layer costs the trusted side, in milliseconds per image. */
export interface LayerCosts {
  /** Online, if the device computes it: blinding, checking, moving and finishing. */
  readonly trustedMsIfOutsourced: number;
  /** Online, if the trusted side computes it: computing and finishing. */
  readonly msInside: number;
  /** Offline, if the device computes it: making one pad. 0 without privacy. */
  readonly offlineMs: number;
}

function ms({ callMs, unitMs, outputMs }: Rate, units: number, outputs = 0): number {
  return callMs + units * unitMs + outputs * outputMs;
}

/** The costs of a layer by these rates. Finishing is in both online costs, since it is part of the pass in one of them. */
export function layerCosts(map: LinearMap, rates: PlanRates, privacy: boolean): LayerCosts {
  const kind = layerClass(map);
  const [inputs, outputs, macs] = [inputLength(map), outputLength(map), macCount(map)];
  return {
    trustedMsIfOutsourced: ms(rates.outgoing, inputs) + ms(rates.incoming, outputs),
    msInside: ms(rates.inside[kind], macs, outputs),
    offlineMs: privacy ? ms(rates.drawing, inputs) + ms(rates.pads[kind], macs, outputs) : 0,
  };
}
