/** Dilated convolutions as old versions of TensorFlow write them: SpaceToBatchND, a plain convolution, BatchToSpaceND. */
import type { Axes } from '../../../graph/index.js';
import { fail } from '../../shared/fail.js';
import { padded } from '../arrangement.js';
import { LARGEST } from '../convolution.js';
import { cropped } from '../moving.js';
import type { Activation } from '../value.js';
import { Step, type StepImporter } from './step.js';

/** The first input as if it were not dealt out, and how it is. */
export function withoutBlocks(step: Step): { readonly x: Activation; readonly blocks: Axes | null } {
  const value = step.value(0);
  if (value.kind === 'constant' || value.blocks === null) return { x: step.bordered(0), blocks: null };
  return { x: { ...value, blocks: null }, blocks: value.blocks };
}

/** An operator that does the same to every entry, dealt out or not. */
export function throughBlocks(importer: (step: Step) => Activation): StepImporter {
  return (step) => {
    const { x, blocks } = withoutBlocks(step);
    if (blocks === null) return importer(step);
    return { ...importer(new Step(step.c, step.node, [x, ...step.inputs.slice(1)])), blocks };
  };
}

function blocksOf(step: Step): Axes {
  const [y = 0, x = 0, ...more] = step.integers(1);
  if (more.length > 0 || !(y >= 1 && x >= 1 && y <= LARGEST && x <= LARGEST))
    fail('its block_shape is not [rows, columns]');
  return { y, x };
}

function sidesOf(step: Step): { top: number; bottom: number; left: number; right: number } {
  const { shape } = step.constant(2);
  const [top, bottom, left, right] = step.integers(2) as [number, number, number, number];
  if (shape.join() !== '2,2') fail(`its amounts have shape [${shape}]`);
  for (const side of [top, bottom, left, right])
    if (!(side >= 0 && side <= LARGEST)) fail(`its amount ${side} is not supported`);
  return { top, bottom, left, right };
}

export function spaceToBatch(step: Step): Activation {
  const blocks = blocksOf(step);
  const wide = padded(step.c, step.bordered(0), sidesOf(step), step.name);
  const [, height, width] = wide.shape;
  if (wide.shape.length !== 4 || height! % blocks.y !== 0 || width! % blocks.x !== 0) {
    fail(`its blocks [${blocks.y},${blocks.x}] do not divide [${wide.shape}]`);
  }
  return { ...wide, blocks };
}

export function batchToSpace(step: Step): Activation {
  const asked = blocksOf(step);
  const { x, blocks } = withoutBlocks(step);
  if (blocks === null || asked.y !== blocks.y || asked.x !== blocks.x) {
    return fail('it joins batches, which is only supported behind a SpaceToBatchND with the same blocks');
  }
  return cropped(step.c, x, sidesOf(step), step.name);
}
