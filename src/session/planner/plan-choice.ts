/** From what a session was asked for to a plan that fits its network. */

import type { QuantizedNetwork } from '../../model/quantized-network.js';
import { linearOperations } from '../../operations/graph.js';
import type { Device, Parameters, TrustedArithmetic } from '../../protocol/index.js';
import { type Plan, planNetwork } from './plan.js';

/** What a session may be asked for. */
export type PlanChoice = 'auto' | 'all' | Plan;

/** What decides. */
export interface PlanInput {
  readonly network: QuantizedNetwork;
  /** Null: nothing can be outsourced. */
  readonly device: Device | null;
  readonly arithmetic: TrustedArithmetic;
  readonly parameters?: Partial<Parameters>;
  readonly plan?: PlanChoice;
}

/**
 * The plan of a session; a copy, so that it stays what it is.
 * @throws TypeError when a plan is not made of booleans; RangeError when it does not fit the network, when it outsources
 * layers and there is no device, or when the choice is a word that means nothing
 */
export function choosePlan({ network, device, plan = 'auto', ...options }: PlanInput): Plan {
  const count = linearOperations(network).length;
  if (typeof plan === 'string') {
    if (plan !== 'auto' && plan !== 'all') throw new RangeError(`plan must be 'auto', 'all' or a plan, not '${plan}'`);
    if (device === null) return { outsourced: Array(count).fill(false) };
    return plan === 'auto' ? planNetwork(network, options) : { outsourced: Array(count).fill(true) };
  }
  const own = aPlan(plan, count);
  if (device === null && own.outsourced.includes(true)) {
    throw new RangeError('the plan outsources layers, but there is no device');
  }
  return own;
}

/** A checked copy of a plan for `count` layers. */
function aPlan(plan: Plan, count: number): Plan {
  const given: unknown = typeof plan === 'object' && plan !== null ? plan.outsourced : undefined;
  if (!Array.isArray(given)) throw new TypeError('plan.outsourced must be a list of booleans');
  const outsourced: unknown[] = Array.from(given);
  for (const [index, value] of outsourced.entries()) {
    if (typeof value !== 'boolean') throw new TypeError(`plan.outsourced[${index}] must be true or false`);
  }
  if (outsourced.length !== count) {
    throw new RangeError(`the plan decides about ${outsourced.length} linear layers, but the network has ${count}`);
  }
  return { ...plan, outsourced: Object.freeze(outsourced as boolean[]) };
}
