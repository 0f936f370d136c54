/** Averages and maxima over windows and over whole axes. */
import { type Axes, type Size, samePadding, VALID } from '../../graph/index.js';
import type { Construction } from './construction.js';
import type { PaddingRule } from './convolution.js';
import { transposed } from './moving.js';
import { type Activation, activation, product } from './value.js';

export type PoolKind = 'averagePool' | 'maxPool';

export interface Pooling {
  readonly name: string;
  readonly kind: PoolKind;
  readonly window: Size;
  readonly stride: Axes;
  readonly padding: PaddingRule;
}

const ONE = { y: 1, x: 1 };

export function pooled(
  c: Construction,
  given: Activation,
  { name, kind, window, stride, padding }: Pooling,
): Activation {
  const x = c.settled(given, name);
  const image = c.image(x, name);
  const own = padding === 'same' ? samePadding(image, window, stride) : padding;
  const how = { kind, window, stride, padding: own === 'valid' ? VALID : own };
  const handle = c.target.pool(image.handle, how, name);
  return activation(handle, [1, ...c.target.shape(handle)]);
}

/** Average or maximum over whole axes: the value is seen as [kept][reduced][kept], and one window covers the middle. */
export function reduced(
  c: Construction,
  given: Activation,
  kind: PoolKind,
  axes: readonly number[],
  keep: boolean,
  name: string,
): Activation {
  const x = c.settled(given, name);
  const { shape } = x;
  const left = shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
  const gone = axes.filter((axis) => shape[axis] !== 1);
  if (gone.length === 0) return activation(x.handle, left);
  const [first, last] = [Math.min(...gone), Math.max(...gone)];
  if (shape.some((size, axis) => axis > first && axis < last && size !== 1 && !gone.includes(axis))) {
    // The axes that stay, then the others, so that these lie together.
    const kept = [...shape.keys()].filter((axis) => !gone.includes(axis));
    const moved = transposed(c, x, [...kept, ...gone], `${name}/transposed`);
    const result = reduced(
      c,
      moved,
      kind,
      gone.map((_, at) => kept.length + at),
      false,
      name,
    );
    return activation(result.handle, left);
  }
  const rows = product(shape.slice(0, first));
  const length = product(shape.slice(first, last + 1));
  const channels = product(shape.slice(last + 1));
  const own = c.target.shape(x.handle);
  const whole = rows === 1 && own.length === 3 && own[2] === channels;
  const window = whole ? { height: own[0]!, width: own[1]! } : { height: 1, width: length };
  const image = c.shaped(x.handle, whole ? own : [rows, length, channels], name);
  return activation(c.target.pool(image, { kind, window, stride: ONE, padding: VALID }, name), left);
}
