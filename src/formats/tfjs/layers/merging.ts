/** Layers that combine several inputs of one shape. */

import { fail } from '../../shared/fail.js';
import { type Arithmetic, combined, scaled } from '../arithmetic.js';
import type { Activation } from '../value.js';
import type { Layer, LayerImporter } from './layer.js';

function inSequence({ c, inputs, name }: Layer, how: Arithmetic, last: string): Activation {
  const [first, ...others] = inputs;
  if (first === undefined || others.length === 0) return fail(`it has ${inputs.length} inputs, and needs at least 2`);
  return others.reduce((total, other, at) => {
    const own = at === others.length - 1 ? last : `${name}/part${at + 1}`;
    return combined(c, total, other, how, own);
  }, first);
}

export function merge(how: Arithmetic): LayerImporter {
  return (layer) => {
    if (how === 'subtract' && layer.inputs.length !== 2) fail(`it has ${layer.inputs.length} inputs, and needs 2`);
    return inSequence(layer, how, layer.name);
  };
}

export function average(layer: Layer): Activation {
  const { c, inputs, name } = layer;
  return scaled(c, inSequence(layer, 'add', `${name}/sum`), 1 / inputs.length, 0, name);
}
