/**
 * Decides every activation tensor's quantization. Pooling, reshaping, moving and interpolating entries keep their input's, and what is concatenated shares
 * one with the result, so tensors fall into groups; a group's range is the hull of its members' ranges.
 */

import type { FloatNetwork, FloatTensorId } from '../graph/index.js';
import { ModelError } from '../model/errors.js';
import type { Quantization } from '../model/tensor.js';
import { PROBABILITIES, quantizationOf } from './activation-quantization.js';
import { isMove } from './lowering/moves.js';
import { hull, type Ranges } from './ranges.js';

/** Disjoint sets of tensors. */
class Groups {
  readonly #parent: FloatTensorId[];

  constructor(count: number) {
    this.#parent = Array.from({ length: count }, (_, id) => id);
  }

  of(id: FloatTensorId): FloatTensorId {
    let root = id;
    while (this.#parent[root] !== root) root = this.#parent[root]!;
    return root;
  }

  join(a: FloatTensorId, b: FloatTensorId): void {
    this.#parent[this.of(a)] = this.of(b);
  }
}

/** Groups, and the quantizations that are given: the input's if the caller says so, and every softmax's. */
function group(network: FloatNetwork, input: Quantization | undefined): [Groups, Map<FloatTensorId, Quantization>] {
  const groups = new Groups(network.tensors.length);
  for (const operation of network.operations) {
    if (isMove(operation) || operation.kind === 'averagePool') groups.join(operation.input, operation.output);
  }
  const fixed = new Map<FloatTensorId, Quantization>();
  if (input !== undefined) fixed.set(groups.of(network.input), input);
  for (const operation of network.operations) {
    if (operation.kind === 'softmax') fixed.set(groups.of(operation.output), PROBABILITIES);
  }
  for (const operation of network.operations) {
    if (operation.kind !== 'concat') continue;
    for (const part of operation.inputs) {
      // A part whose quantization is given keeps it and is rescaled on the way in.
      if (!fixed.has(groups.of(part))) groups.join(part, operation.output);
    }
  }
  return [groups, fixed];
}

/**
 * One quantization per tensor, by its number.
 * @param needed which tensors need one; the others get none
 * @throws ModelError when a needed tensor has no calibrated range
 */
export function shareQuantizations(
  network: FloatNetwork,
  ranges: Ranges,
  input: Quantization | undefined,
  bits: number,
  needed: (id: FloatTensorId) => boolean,
): readonly (Quantization | undefined)[] {
  const byName = new Map(ranges.map((range) => [range.tensor, range]));
  const [groups, fixed] = group(network, input);
  const ids = [...network.tensors.keys()].filter(needed);
  const found = new Map<FloatTensorId, Quantization>(fixed);
  for (const root of new Set(ids.map((id) => groups.of(id)))) {
    if (found.has(root)) continue;
    const members = ids.filter((id) => groups.of(id) === root).map((id) => network.tensors[id]!.name);
    const known = members.map((name) => {
      const range = byName.get(name);
      if (range === undefined) throw new ModelError(`The calibration has no range for the tensor "${name}".`);
      return range;
    });
    found.set(root, quantizationOf(hull(known), bits));
  }
  return network.tensors.map((_, id) => (needed(id) ? found.get(groups.of(id)) : undefined));
}
