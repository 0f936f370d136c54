/** DepthToSpace and SpaceToDepth: changes of layout, after which entries are moved to where images have them. */
import { layoutOf, reshape, shapeOf, transpose } from './layout.js';
import { arranged } from './moving.js';
import type { Step } from './step.js';
import { activation } from './value.js';

function blockOf(step: Step): { block: number; shape: readonly number[] } {
  const block = step.int('blocksize', 0);
  const shape = shapeOf(step.activation(0).layout);
  if (shape.length !== 4) step.fail('its input must have 4 axes');
  if (!(block >= 1 && block <= 2 ** 12)) step.fail(`its blocksize is ${block}`);
  return { block, shape };
}

/** The value seen under one shape, with its axes in another order, then under another shape, as an image. */
function regrouped(step: Step, apart: readonly number[], order: readonly number[], shape: readonly number[]): void {
  const x = step.activation(0);
  const layout = reshape(transpose(reshape(x.layout, apart), order), shape);
  step.finish(arranged(step, activation(x.handle, layout), layoutOf(shape, [0, 2, 3, 1]), step.name));
}

export function importDepthToSpace(step: Step): void {
  const { block, shape } = blockOf(step);
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const outputs = channels / block ** 2;
  if (!Number.isInteger(outputs)) step.fail(`its ${channels} channels cannot become blocks of ${block} x ${block}`);
  const columnsFirst = step.text('mode', 'DCR') === 'CRD';
  const apart = columnsFirst
    ? [batch, outputs, block, block, height, width]
    : [batch, block, block, outputs, height, width];
  const order = columnsFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  regrouped(step, apart, order, [batch, outputs, height * block, width * block]);
}

export function importSpaceToDepth(step: Step): void {
  const { block, shape } = blockOf(step);
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const [rows, columns] = [height / block, width / block];
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) {
    step.fail(`its ${height} x ${width} pixels are no blocks of ${block} x ${block}`);
  }
  const apart = [batch, channels, rows, block, columns, block];
  regrouped(step, apart, [0, 3, 5, 1, 2, 4], [batch, channels * block ** 2, rows, columns]);
}
