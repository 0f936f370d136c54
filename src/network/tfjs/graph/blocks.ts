/** Dilated convolutions as old versions of TensorFlow write them: SpaceToBatchND, a plain convolution, BatchToSpaceND. */
import type { Axes } from '../../float/index.js';
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
