/** LayerNormalization over the axes from one of them on. */
import { pairedShape, repeatedSteps } from '../../graph/index.js';
import { endsIn } from '../../model/tensor.js';
import { gathered } from '../shared/folding.js';
import { inMemoryOrder, withAxesLast, withLastAxis } from './image.js';
import { channelsOf, shapeOf } from './layout.js';
import type { Step } from './step.js';

/** One number for each entry of a row of that shape: the constant at that position, repeated along axes of size 1. */
function perEntry(step: Step, position: number, row: readonly number[]): Float64Array {
  const constant = step.constant(position);
  const first = constant.shape.findIndex((size) => size !== 1);
  const own = constant.shape.slice(first === -1 ? constant.shape.length : first);
  if (pairedShape(own, row)?.join() !== row.join()) {
    step.fail(`the constant "${constant.name}" of shape [${constant.shape}] does not fit rows of shape [${row}]`);
  }
  const { entry } = gathered({ entries: step.reals(constant) }, row, repeatedSteps(own, row));
  const count = row.reduce((total, size) => total * size, 1);
  step.graph.charge(count);
  return Float64Array.from({ length: count }, (_, index) => entry(index));
}

export function importLayerNormalization(step: Step): void {
  const { nodes, outputs } = step.graph.file;
  for (const name of step.node.outputs.slice(1)) {
    const used = name !== '' && (outputs.includes(name) || nodes.some(({ inputs }) => inputs.includes(name)));
    if (used) step.fail(`its output "${name}" is used, and only the normalized value is supported`);
  }
  const given = step.activation(0);
  const shape = shapeOf(given.layout);
  const axis = step.axis(step.int('axis', -1), shape.length);
  const axes = Array.from({ length: shape.length - axis }, (_, index) => axis + index);
  const row = shape.slice(axis);
  const scale = perEntry(step, 1, row);
  const offset = step.optional(2) === null ? new Float64Array(scale.length) : perEntry(step, 2, row);
  const x = withAxesLast(step, given, axes);
  const channels = channelsOf(x.layout, axes);
  const handle = endsIn(step.target.shape(x.handle), channels.count) ? x.handle : withLastAxis(step, x, channels);
  const ordered = (values: Float64Array): Float32Array => Float32Array.from(inMemoryOrder(values, channels));
  const epsilon = step.float('epsilon', 1e-5);
  step.give(step.target.layerNormalization(handle, ordered(scale), ordered(offset), epsilon, step.name), x.layout);
}
