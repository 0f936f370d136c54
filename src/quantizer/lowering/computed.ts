/** What is neither linear nor a move: one rule for each kind of operation. */
import { evaluatorOf } from '../../graph/index.js';
import type { TensorId } from '../../model/tensor.js';
import { functionTable } from '../function-table.js';
import { emitAverage } from './average.js';
import type { Destination, Emission, Source } from './emission.js';
import { emitLayerNormalization } from './layer-normalization.js';
import { integersWithin, type Limits } from './limits.js';
import { emitJoined } from './moves.js';
import { emitPair } from './pairs.js';
import { emitAligned } from './rescale.js';
import { emitSoftmax } from './softmax.js';
import type { Computed } from './value.js';

/** Adds the operation, its result stored. @param inputs in the order in which the operation has them */
export function emitComputed(
  into: Emission,
  operation: Computed,
  inputs: readonly Source[],
  limits: Limits,
  to: Destination,
): TensorId {
  const [x, other] = inputs as readonly [Source, Source];
  switch (operation.kind) {
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'larger':
    case 'smaller':
      return emitPair(into, operation.kind, [x, other], limits, to);
    case 'averagePool':
      return emitAverage(into, operation, x, limits, to);
    case 'layerNormalization':
      return emitLayerNormalization(into, operation, x, to);
    case 'softmax':
      return emitSoftmax(into, operation.beta, x, to);
    case 'concat': {
      const parts = inputs.map((part, at) => emitAligned(into, part, `${to.name}/part${at}`, to.format));
      return emitJoined(into, operation, parts, to).id;
    }
    case 'function': {
      const { minimum, maximum } = into.tensor(x.id);
      const range = { scale: to.format.scale, ...integersWithin(limits, to.format) };
      const table = functionTable(evaluatorOf(operation.function), { scale: x.scale, minimum, maximum }, range);
      return into.push({ kind: 'lookup', name: to.name, input: x.id, table }, to);
    }
  }
}
