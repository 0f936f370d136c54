/** What the device gets in a run or in a plan that is only shown. */

import type { QuantizedNetwork } from '../model/quantized-network.js';
import type { TrustedArithmetic } from '../protocol/index.js';
import { type MeasuredPlan, type Plan, planNetwork } from '../session/planner/plan.js';
import type { Guarantee } from './options.js';
import type { Reporter } from './progress.js';

/** Measuring is shown when it takes longer than people expect of nothing. */
const PATIENCE_MS = 200;

/** Measures, with progress on `report` if it takes long. */
export function measuredPlan(
  network: QuantizedNetwork,
  arithmetic: TrustedArithmetic,
  { integrity, privacy, soundnessBits }: Guarantee,
  report: Reporter,
): MeasuredPlan {
  const started = performance.now();
  return planNetwork(network, {
    arithmetic,
    parameters: { integrity, privacy, soundnessBits },
    onMeasured: (done, total) => {
      if (performance.now() - started > PATIENCE_MS) report.update({ phase: 'plan', done, total });
    },
  });
}

/** The plan with layer `index` outsourced, whatever it said: a device can only lie about what it computes. */
export function withOutsourced(plan: Plan, index: number): Plan {
  return { outsourced: plan.outsourced.map((outsourced, layer) => outsourced || layer === index) };
}

/** The number that layer `index` of the network has among those that a device loads. */
export function loadedNumber(plan: Plan, index: number): number {
  return plan.outsourced.slice(0, index).filter((outsourced) => outsourced).length;
}
