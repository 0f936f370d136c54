/** MaxPool, AveragePool, the global pools, and means and maxima over axes. */
import type { Pooling } from '../shared/target.js';
import { scaled } from './channelwise.js';
import { imageLayout, imageOf, shaped } from './image.js';
import { type Factor, product, shapeOf } from './layout.js';
import { reordered } from './moving.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';
import { kernelOf, windowsOf } from './window.js';

type Kind = Pooling['kind'];

const ONE = { y: 1, x: 1 };
const NO_PADDING = { top: 0, bottom: 0, left: 0, right: 0 };

/** The pooling that the node's attributes describe. */
export function pooled(step: Step, kind: Kind, given: Activation): Activation {
  let x = given;
  let image = imageOf(step, x);
  const window = kernelOf(step, image.axes);
  const { stride, dilation, padding, beyond, count } = windowsOf(step, image, window, image.axes);
  if (dilation.y !== 1 || dilation.x !== 1) step.fail('windows with dilation are not supported');
  const { top, bottom, left, right } = padding;
  let inside = padding;
  if (kind === 'averagePool' && step.int('count_include_pad', 0) !== 0 && top + bottom + left + right > 0) {
    // The border counts, so it must be there.
    const outer = { height: image.height + top + bottom, width: image.width + left + right };
    const layout = imageLayout(image.axes, outer, image.channels, image.layout);
    x = activation(step.target.pad(image.handle, padding, `${step.name}/padded`), layout);
    image = imageOf(step, x);
    inside = NO_PADDING;
  }
  const cut = { ...inside, bottom: inside.bottom + beyond.y, right: inside.right + beyond.x };
  const handle = step.target.pool(image.handle, { kind, window, stride, padding: cut }, step.name);
  return activation(handle, imageLayout(image.axes, count, image.channels, image.layout));
}

export function importPool(kind: Kind) {
  return (step: Step): void => step.finish(pooled(step, kind, step.activation(0)));
}

/**
 * Average or maximum over whole axes: memory is seen as [kept][reduced][kept], and one window covers the middle.
 * @throws LayoutError when the axes do not lie together, and may not be moved
 */
export function reduced(
  step: Step,
  kind: Kind,
  x: Activation,
  axes: readonly number[],
  keep: boolean,
  name = step.name,
): Activation {
  const { memory } = x.layout;
  const gone = new Set<Factor>(axes.flatMap((axis) => x.layout.axes[axis]!));
  const first = memory.findIndex((factor) => gone.has(factor));
  const layout = {
    axes: x.layout.axes.flatMap((factors, axis) => (axes.includes(axis) ? (keep ? [[]] : []) : [factors])),
    memory: memory.filter((factor) => !gone.has(factor)),
  };
  if (first === -1) return activation(x.handle, layout);
  if (!memory.slice(first, first + gone.size).every((factor) => gone.has(factor))) {
    const others = [...x.layout.axes.keys()].filter((axis) => !axes.includes(axis));
    return reduced(step, kind, reordered(step, x, [...others, ...axes]), axes, keep, name);
  }
  const rows = product(memory.slice(0, first));
  const length = product([...gone]);
  const channels = product(memory.slice(first + gone.size));
  const own = step.target.shape(x.handle);
  const whole = rows === 1 && own.length === 3 && own[2] === channels;
  const window = whole ? { height: own[0]!, width: own[1]! } : { height: 1, width: length };
  const handle = shaped(step, x.handle, whole ? own : [rows, length, channels]);
  return activation(step.target.pool(handle, { kind, window, stride: ONE, padding: NO_PADDING }, name), layout);
}

/** GlobalAveragePool and GlobalMaxPool: over all axes but batch and channels. */
export function importGlobalPool(kind: Kind) {
  return (step: Step): void => {
    const x = step.activation(0);
    const count = x.layout.axes.length;
    if (count < 3) step.fail('its input needs a batch axis, a channel axis and at least one more');
    const axes = Array.from({ length: count - 2 }, (_, index) => index + 2);
    step.finish(reduced(step, kind, x, axes, true));
  };
}

/** ReduceMean, ReduceMax, and ReduceSum, which is a mean times the count: the axes are an attribute or, later, an input. */
export function importReduce(kind: Kind, sum = false) {
  return (step: Step): void => {
    const x = step.activation(0);
    const shape = shapeOf(x.layout);
    const given = step.integersAt('axes', 1) ?? [];
    if (given.length === 0 && step.int('noop_with_empty_axes', 0) !== 0) {
      step.finish(x);
      return;
    }
    const axes = new Set(given.length === 0 ? shape.keys() : given.map((axis) => step.axis(axis, shape.length)));
    const name = sum ? `${step.name}/mean` : step.name;
    const result = reduced(step, kind, x, [...axes], step.int('keepdims', 1) !== 0, name);
    const count = [...axes].reduce((product, axis) => product * shape[axis]!, 1);
    step.finish(sum ? scaled(step, result, count, 0) : result);
  };
}
