/** Pad: zeros around images are kept as a border until an operator needs it; copies of entries are taken at once. */
import { imageLayout, imageOf, sumOf } from './image.js';
import { shapeOf } from './layout.js';
import { picked } from './moving.js';
import type { Step } from './step.js';

const LARGEST = 2 ** 16;

function amounts(step: Step, count: number): number[] {
  const given = step.integersAt('pads', 1) ?? step.fail('its amounts are missing');
  const named = step.optionalConstant(3);
  const axes = named === null ? null : step.integers(named).map((axis) => step.axis(axis, count));
  const half = axes === null ? count : axes.length;
  if (given.length !== 2 * half) step.fail(`it needs ${2 * half} amounts, not ${given.length}`);
  const all = Array<number>(2 * count).fill(0);
  for (let index = 0; index < half; index++) {
    const axis = axes === null ? index : axes[index]!;
    all[axis] = given[index]!;
    all[axis + count] = given[index + half]!;
  }
  for (const amount of all) {
    if (!(amount >= 0 && amount <= LARGEST))
      step.fail(`its amount ${amount} is not supported; it must not be negative`);
  }
  return all;
}

/** Which place of an axis each place of the wider one copies. */
const COPIED: Readonly<Record<string, ((place: number, size: number) => number) | undefined>> = {
  edge: (place, size) => Math.min(size - 1, Math.max(0, place)),
  reflect: (place, size) => size - 1 - Math.abs(size - 1 - Math.abs(place)),
  wrap: (place, size) => ((place % size) + size) % size,
};

function copied(step: Step, mode: string, of: (place: number, size: number) => number): void {
  let x = step.activation(0);
  const shape = shapeOf(x.layout);
  const all = amounts(step, shape.length);
  shape.forEach((size, axis) => {
    const [before, after] = [all[axis]!, all[axis + shape.length]!];
    if (before + after === 0) return;
    if (mode === 'reflect' && Math.max(before, after) >= size) step.fail('it reflects more than there is');
    step.graph.charge(before + size + after);
    const places = Array.from({ length: before + size + after }, (_, at) => of(at - before, size));
    x = picked(step, x, axis, places, `${step.name}/axis${axis}`);
  });
  step.finish(x);
}

export function importPad(step: Step): void {
  const mode = step.text('mode', 'constant');
  const copy = Object.hasOwn(COPIED, mode) ? COPIED[mode] : undefined;
  if (copy !== undefined) {
    copied(step, mode, copy);
    return;
  }
  if (mode !== 'constant') step.fail(`its mode "${mode}" is unknown`);
  const value = step.version < 11 ? null : step.optionalConstant(2);
  if ((value === null ? step.float('value', 0) : step.scalar(value)) !== 0)
    step.fail('it pads with another number than 0');
  const x = step.bordered(0);
  const shape = shapeOf(x.layout);
  const all = amounts(step, shape.length);
  if (all.every((amount) => amount === 0)) {
    step.finish(x);
    return;
  }
  const image = imageOf(step, x);
  const [before, after] = [all.slice(0, shape.length), all.slice(shape.length)];
  if (before[0]! + after[0]! + before[1]! + after[1]! > 0) step.fail('only rows and columns can be padded');
  const padding = {
    top: image.axes === 4 ? before[2]! : 0,
    bottom: image.axes === 4 ? after[2]! : 0,
    left: before.at(-1)!,
    right: after.at(-1)!,
  };
  const border = sumOf(padding, x.border);
  const outer = {
    height: image.height + border.top + border.bottom,
    width: image.width + border.left + border.right,
  };
  step.finish({
    kind: 'activation',
    handle: image.handle,
    layout: imageLayout(image.axes, outer, image.channels, image.layout),
    border,
  });
}
