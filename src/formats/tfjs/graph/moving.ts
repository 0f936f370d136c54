/** Operators that move entries: Transpose, slices, splits, Gather, Tile, mirrored borders, blocks of pixels, resizing. */

import { fail, shown } from '../../shared/fail.js';
import { reshape } from '../arrangement.js';
import { scalarOf } from '../constant.js';
import { LARGEST } from '../convolution.js';
import {
  cutOut,
  mirrored,
  pickedAlong,
  repeatedTo,
  tiled,
  spaceToDepth as toDepth,
  depthToSpace as toSpace,
  transposed,
} from '../moving.js';
import { type Resizing, resized } from '../resizing.js';
import type { Activation } from '../value.js';
import { amountsOf } from './arranging.js';
import { type Cut, plainCut, splitCuts, stridedCut } from './slicing.js';
import type { Step, StepImporter } from './step.js';

export function transpose(step: Step): Activation {
  return transposed(step.c, step.bordered(0), step.integers(1), step.name);
}

function cut(step: Step, x: Activation, { starts, steps, counts, shape }: Cut, name = step.name): Activation {
  const slices = starts.map((begin, axis) => ({ begin, step: steps[axis]!, count: counts[axis]! }));
  return reshape(step.c, cutOut(step.c, x, slices, name), shape, name);
}

export function stridedSlice(step: Step): Activation {
  const x = step.bordered(0);
  return cut(step, x, stridedCut(step, x.shape));
}

export function slice(step: Step): Activation {
  const x = step.bordered(0);
  return cut(step, x, plainCut(step, x.shape));
}

const MOST_PARTS = 1024;

function parts(step: Step, x: Activation, axis: number, sizes: readonly number[]): Activation[] {
  if (sizes.length > MOST_PARTS) fail(`it splits into ${sizes.length} parts`);
  return splitCuts(x.shape, axis, sizes).map((one, part) => cut(step, x, one, `${step.name}/part${part}`));
}

/** The axis, then the value; as many parts as an attribute says. */
export function split(step: Step): readonly Activation[] {
  const x = step.bordered(1);
  const [axis] = step.axes([scalarOf(step.constant(0))], x.shape.length) as [number];
  const count = step.attributes.int('num_split', 1);
  if (!(count >= 1 && count <= MOST_PARTS)) return fail(`it splits into ${count} parts`);
  return parts(step, x, axis, Array<number>(count).fill(x.shape[axis]! / count));
}

/** The value, the sizes, then the axis; one size may be -1: what is left. */
export function splitV(step: Step): readonly Activation[] {
  const x = step.bordered(0);
  const given = step.integers(1);
  const [axis] = step.axes([scalarOf(step.constant(2))], x.shape.length) as [number];
  const open = given.indexOf(-1);
  const rest = x.shape[axis]! - given.reduce((sum, size) => sum + size, 1);
  return parts(step, x, axis, open === -1 ? given : given.with(open, rest));
}

/** Every place of an axis, without the axis. */
export function unpack(step: Step): readonly Activation[] {
  const { c } = step;
  const x = step.bordered(0);
  const [axis] = step.axes([step.attributes.int('axis', 0)], x.shape.length) as [number];
  const shape = x.shape.toSpliced(axis, 1);
  const sizes = Array<number>(Math.min(x.shape[axis]!, MOST_PARTS + 1)).fill(1);
  return parts(step, x, axis, sizes).map((part, at) => reshape(c, part, shape, `${step.name}/part${at}`));
}

/** Places of an axis that are known. */
export function gather(step: Step): Activation {
  const { c, name } = step;
  const x = step.bordered(0);
  const places = step.constant(1);
  if (places.type !== 'int32') fail(`its places are of type ${places.type}`);
  const asked = step.inputs.length > 2 ? scalarOf(step.constant(2)) : 0;
  const [axis] = step.axes([asked], x.shape.length) as [number];
  const shape = [...x.shape.slice(0, axis), ...places.shape, ...x.shape.slice(axis + 1)];
  c.charge(places.entries.length);
  return reshape(c, pickedAlong(c, x, axis, Int32Array.from(places.entries), name), shape, name);
}

/** The places of some axes from last to first. */
export function reverse(step: Step): Activation {
  const x = step.bordered(0);
  const axes = step.axes(step.integers(1), x.shape.length);
  const slices = x.shape.map((count, axis) =>
    axes.includes(axis) ? { begin: count - 1, step: -1, count } : { begin: 0, step: 1, count },
  );
  return cutOut(step.c, x, slices, step.name);
}

export function tile(step: Step): Activation {
  return tiled(step.c, step.bordered(0), step.integers(1), step.name);
}

export function broadcastTo(step: Step): Activation {
  const x = step.bordered(0);
  const shape = step.integers(1);
  const missing = shape.length - x.shape.length;
  if (missing < 0 || !x.shape.every((size, axis) => size === 1 || size === shape[axis + missing])) {
    return fail(`it cannot make [${shape}] of [${x.shape}]`);
  }
  return repeatedTo(step.c, x, shape, step.name);
}

export function mirrorPad(step: Step): Activation {
  const x = step.bordered(0);
  const mode = step.attributes.text('mode', 'REFLECT');
  if (mode !== 'REFLECT' && mode !== 'SYMMETRIC') fail(`its mode is ${shown(mode)}`);
  const how = mode === 'REFLECT' ? 'reflect' : 'symmetric';
  return mirrored(step.c, x, amountsOf(step, x.shape.length), how, step.name);
}

export function depthToSpace(step: Step): Activation {
  step.requireChannelsLast();
  return toSpace(step.c, step.bordered(0), step.attributes.int('block_size', 0), step.name);
}

export function spaceToDepth(step: Step): Activation {
  step.requireChannelsLast();
  return toDepth(step.c, step.bordered(0), step.attributes.int('block_size', 0), step.name);
}

/** The sizes are a constant [rows, columns]. */
export function resize(mode: Resizing['mode']): StepImporter {
  return (step) => {
    const [height = 0, width = 0, ...more] = step.integers(1);
    if (more.length > 0 || height > LARGEST || width > LARGEST) fail('its size is not [rows, columns]');
    const { attributes } = step;
    const how = {
      mode,
      alignCorners: attributes.bool('align_corners'),
      halfPixels: attributes.bool('half_pixel_centers'),
    };
    return resized(step.c, step.bordered(0), { height, width }, how, step.name);
  };
}
