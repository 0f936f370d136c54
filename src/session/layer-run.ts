/** What each linear layer of a run did: the timeline of the run. */
import { type Costs, costsSince } from '../protocol/index.js';
import type { RunLinear } from './walk.js';

/** One linear layer in one run; of a batch, all its images together. */
export interface LayerRun {
  /** Its number among the linear layers of the network, from 0. */
  readonly layer: number;
  /** When it began, in milliseconds since the run did. */
  readonly startMs: number;
  /** When its result was there. */
  readonly endMs: number;
  /** Its part of the run's costs. */
  readonly costs: Costs;
}

/**
 * The same, telling what each layer cost when it is done.
 * @param costs of the run, to which `runLinear` adds; a run does its layers one after another, so what is added meanwhile is the layer's
 * @param started when the run began, in `performance.now()`
 */
export function recorded(
  runLinear: RunLinear,
  costs: Costs,
  started: number,
  onLayer: (layer: LayerRun) => void,
): RunLinear {
  return async (operation, layer, x, finish) => {
    const before = { ...costs };
    const startMs = performance.now() - started;
    const result = await runLinear(operation, layer, x, finish);
    onLayer({ layer, startMs, endMs: performance.now() - started, costs: costsSince(costs, before) });
    return result;
  };
}
