/** Calibration: run the float network on typical inputs and note between which values every tensor lies. */

import { evaluateFloat, type FloatNetwork } from '../graph/index.js';
import { ModelError } from '../model/errors.js';
import { ACTIVATION_BITS, anActivationBits } from './activation-quantization.js';
import { aRangeChoice, chooseRange, type RangeChoice } from './choose-range.js';
import { Histogram } from './histogram.js';
import { prepare } from './prepare.js';
import type { Ranges } from './ranges.js';

/** Inputs one after another: a list, or something that reads them when they are asked for. */
export type Inputs = Iterable<Float32Array> | AsyncIterable<Float32Array>;

/**
 * The range of every tensor over all inputs (and zero), by a choice: everything that was seen, unless said otherwise. Inputs
 * are looked at one at a time; memory does not grow with their number.
 * @param network float network, folded or not: only tensors that survive folding get a range
 * @param inputs real input tensors, typical of what the network will see; at least one
 * @param activationBits of the integers that shall cover the ranges, from 8 to 12; only the choice `mse` depends on it
 * @throws ModelError when there is no input or a tensor is not finite; RangeError when an input has the wrong length or
 *   the choice makes no sense
 */
export async function calibrate(
  network: FloatNetwork,
  inputs: Inputs,
  choice: RangeChoice = { method: 'min-max' },
  activationBits: number = ACTIVATION_BITS,
): Promise<Ranges> {
  aRangeChoice(choice);
  anActivationBits(activationBits);
  const prepared = prepare(network);
  const histograms = prepared.tensors.map(({ name }) => new Histogram(name));
  let any = false;
  for await (const input of inputs) {
    any = true;
    evaluateFloat(prepared, input).forEach((values, id) => void histograms[id]!.add(values!));
  }
  if (!any) throw new ModelError('Calibration needs at least one input.');
  return prepared.tensors.map(({ name }, id) => ({
    tensor: name,
    ...chooseRange(histograms[id]!, choice, activationBits),
  }));
}
