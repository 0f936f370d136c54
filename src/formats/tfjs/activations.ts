/** Functions of every entry alone, and softmax. */

import { type FunctionName, type RealFunction, realFunction } from '../../graph/index.js';
import { fail } from '../shared/fail.js';
import { affine, broadcast, combined, scaled } from './arithmetic.js';
import type { Constant } from './constant.js';
import type { Construction } from './construction.js';
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

/** A function of every entry. */
export function applied(c: Construction, given: Activation, how: RealFunction, name: string): Activation {
  const x = c.settled(given, name);
  return activation(c.target.function(x.handle, how, name), x.shape);
}

export function leaky(c: Construction, x: Activation, slope: number, name: string): Activation {
  if (!Number.isFinite(slope)) fail('its slope is not a finite number');
  return applied(c, x, realFunction('leakyRelu', slope), name);
}

/** max(x, 0) + slope * min(x, 0), a slope for every channel or every entry: as relu(x) + (-slope) * relu(-x). */
export function withSlopes(c: Construction, given: Activation, constant: Constant, name: string): Activation {
  const x = c.settled(given, name);
  const slopes = broadcast(c, x.shape, constant);
  if (slopes.length === 1) return leaky(c, x, slopes[0]!, name);
  const positive = rectified(c, x, `${name}/positive`);
  const negative = rectified(c, scaled(c, x, -1, 0, `${name}/flipped`), `${name}/negative`);
  const factors = slopes.map((slope) => 0 - slope);
  return combined(c, positive, affine(c, negative, factors, Float64Array.of(0), `${name}/sloped`), 'add', name);
}

/** Along the last axis. */
export function softmax(c: Construction, given: Activation, name: string): Activation {
  const x = c.settled(given, name);
  const length = x.shape.at(-1) ?? fail('its input has no axes');
  return activation(c.target.softmax(c.rows(x, length, name), name), x.shape);
}

/** An activation by the name that layers give it. */
type Named = (c: Construction, x: Activation, name: string) => Activation;

const plain =
  (kind: FunctionName, ...parameters: number[]): Named =>
  (c, x, name) =>
    applied(c, x, realFunction(kind, ...parameters), name);

const NAMED: ReadonlyMap<string, Named> = new Map<string, Named>([
  ['elu', plain('elu')],
  ['exponential', plain('exponential')],
  ['gelu', plain('gelu')],
  ['gelunew', plain('geluTanh')],
  ['hardsigmoid', plain('hardSigmoid')],
  ['linear', (_, x) => x],
  ['mish', plain('mish')],
  ['relu', rectified],
  ['relu6', (c, x, name) => clamped(c, x, 0, 6, name)],
  ['selu', plain('selu')],
  ['sigmoid', plain('sigmoid')],
  ['silu', plain('silu')],
  ['softmax', softmax],
  ['softplus', plain('softplus')],
  ['softsign', plain('softsign')],
  ['swish', plain('silu')],
  ['tanh', plain('tanh')],
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
