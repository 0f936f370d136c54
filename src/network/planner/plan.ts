/** Which linear layers the device gets. */
import type { Device, TrustedArithmetic } from '../../protocol/index.js';
import type { QuantizedNetwork } from '../../reference/index.js';
import { linearOperations } from '../graph.js';

/** One decision per linear layer, in the network's order. */
export interface Plan {
  readonly outsourced: readonly boolean[];
}

/** What a session may be asked for. */
export type PlanChoice = 'auto' | 'all' | Plan;

export interface PlanInput {
  readonly network: QuantizedNetwork;
  readonly device: Device | null;
  readonly arithmetic: TrustedArithmetic;
  readonly plan?: PlanChoice;
}

export function makePlan({ network, device, plan }: PlanInput): Plan {
  const layers = linearOperations(network);
  if (device === null) return { outsourced: layers.map(() => false) };
  if (plan === undefined || plan === 'all' || plan === 'auto') return { outsourced: layers.map(() => true) };
  return plan;
}
