/** Calibration: run the float network on typical inputs and note between which values every tensor lies. */
import { ModelError } from '../errors.js';
import { evaluateFloat, type FloatNetwork } from '../float/index.js';
import { prepare } from './prepare.js';
import { hull, type Range, type Ranges, rangeOf } from './ranges.js';

/**
 * The smallest and largest value of every tensor over all inputs (and zero).
 * @param network float network, folded or not: only tensors that survive folding get a range
 * @param inputs real input tensors, typical of what the network will see; at least one
 * @throws ModelError when there is no input or a tensor is not finite; RangeError when an input has the wrong length
 */
export async function calibrate(
  network: FloatNetwork,
  inputs: Iterable<Float32Array> | AsyncIterable<Float32Array>,
): Promise<Ranges> {
  const prepared = prepare(network);
  const ranges: (Range | undefined)[] = prepared.tensors.map(() => undefined);
  for await (const input of inputs) {
    evaluateFloat(prepared, input).forEach((values, id) => {
      const seen = rangeOf(values!, prepared.tensors[id]!.name);
      ranges[id] = ranges[id] === undefined ? seen : hull([ranges[id], seen]);
    });
  }
  return prepared.tensors.map(({ name }, id) => {
    const range = ranges[id];
    if (range === undefined) throw new ModelError('Calibration needs at least one input.');
    return { tensor: name, ...range };
  });
}
