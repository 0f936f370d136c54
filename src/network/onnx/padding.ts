/** Pad with zeros around images: kept as a border until an operator needs it. */
import { imageLayout, imageOf, sumOf } from './image.js';
import { shapeOf } from './layout.js';
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

export function importPad(step: Step): void {
  const mode = step.text('mode', 'constant');
  if (mode !== 'constant') step.fail(`its mode "${mode}" is not supported; only zeros are`);
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
    layout: imageLayout(image.axes, outer, image.channels, x.layout),
    border,
  });
}
