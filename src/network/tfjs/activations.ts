/** Functions of every entry alone, and softmax. */

import { affine, broadcast, scaled } from './arithmetic.js';
import { type Constant, realsOf } from './constant.js';
import type { Construction } from './construction.js';
import { fail } from './fail.js';
import { type Activation, activation } from './value.js';

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

/** The value with every entry moved into [minimum, maximum]. */
export function clamped(
  c: Construction,
  given: Activation,
  minimum: number,
  maximum: number,
  name: string,
): Activation {
  if (minimum === NEGATIVE_INFINITY && maximum === POSITIVE_INFINITY) return given;
  if (!(minimum < maximum)) fail(`its range [${minimum}, ${maximum}] is empty or a single number`);
  const x = c.settled(given, name);
  return activation(c.target.clamp(x.handle, minimum, maximum, name), x.shape);
}

export function rectified(c: Construction, x: Activation, name: string): Activation {
  return clamped(c, x, 0, POSITIVE_INFINITY, name);
}

/** max(x, 0) + slope * min(x, 0), as relu(x) + (-slope) * relu(-x); one slope, or one for each entry of some last axes. */
export function sloped(c: Construction, given: Activation, slopes: Float64Array, name: string): Activation {
  const x = c.settled(given, name);
  const positive = rectified(c, x, `${name}/positive`);
  const negative = rectified(c, scaled(c, x, -1, 0, `${name}/flipped`), `${name}/negative`);
  const factors = slopes.map((slope) => 0 - slope);
  const other = affine(c, negative, factors, Float64Array.of(0), `${name}/sloped`);
  const handle = c.shaped(other.handle, c.target.shape(positive.handle), `${name}/sloped`);
  return activation(c.target.add(positive.handle, handle, name), x.shape);
}

export function leaky(c: Construction, x: Activation, slope: number, name: string): Activation {
  if (!Number.isFinite(slope)) fail('its slope is not a finite number');
  return sloped(c, x, Float64Array.of(slope), name);
}

/** A slope for every channel, or for every entry. */
export function withSlopes(c: Construction, x: Activation, slopes: Constant, name: string): Activation {
  realsOf(slopes);
  return sloped(c, x, broadcast(c, x.shape, slopes), name);
}

/** Along the last axis. */
export function softmax(c: Construction, given: Activation, name: string): Activation {
  const x = c.settled(given, name);
  const length = x.shape.at(-1) ?? fail('its input has no axes');
  return activation(c.target.softmax(c.rows(x, length, name), name), x.shape);
}

/** An activation by the name that layers give it. */
type Named = (c: Construction, x: Activation, name: string) => Activation;

const NAMED: ReadonlyMap<string, Named> = new Map<string, Named>([
  ['linear', (_, x) => x],
  ['relu', rectified],
  ['relu6', (c, x, name) => clamped(c, x, 0, 6, name)],
  ['hardsigmoid', (c, x, name) => clamped(c, scaled(c, x, 0.2, 0.5, `${name}/line`), 0, 1, name)],
  ['softmax', softmax],
]);

/** @param kind as models spell it: `hard_sigmoid`, `hardSigmoid` */
export function named(c: Construction, x: Activation, kind: string, name: string): Activation {
  const found = NAMED.get(kind.replaceAll('_', '').toLowerCase());
  if (found === undefined) {
    return fail(
      `the activation ${JSON.stringify(kind.slice(0, 60))} is not supported; supported are ${[...NAMED.keys()].join(', ')}`,
    );
  }
  return found(c, x, name);
}
