/** Layers that are functions of every entry, and batch normalization. */
import * as t from 'io-ts';
import { type Codec, chosen, finiteNumber, list, wholeNumber } from '../../../boundary/codecs.js';
import { realFunction } from '../../../graph/index.js';
import { fail } from '../../shared/fail.js';
import { applied, clamped, leaky, named, softmax as softmaxOf, withSlopes } from '../activations.js';
import { affine } from '../arithmetic.js';
import { realsOf } from '../constant.js';
import type { Activation } from '../value.js';
import { activationName } from './activation-name.js';
import type { Layer } from './layer.js';

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

export function activationLayer(layer: Layer): Activation {
  return named(layer.c, layer.input, activationName(layer.config), layer.name);
}

/** max_value where x is at least that, x between, negative_slope * x below zero. */
export function relu({ c, config, input, name }: Layer): Activation {
  const maximum = config.or('max_value', finiteNumber, POSITIVE_INFINITY);
  const slope = config.or('negative_slope', finiteNumber, 0);
  const threshold = config.or('threshold', finiteNumber, 0);
  if (threshold !== 0) fail(`its threshold is ${threshold}; it jumps there, and only 0 is supported`);
  if (slope === 0) return clamped(c, input, 0, maximum, name);
  if (maximum === POSITIVE_INFINITY) return leaky(c, input, slope, name);
  return clamped(c, leaky(c, input, slope, `${name}/leaky`), NEGATIVE_INFINITY, maximum, name);
}

export function leakyRelu({ c, config, input, name }: Layer): Activation {
  return leaky(c, input, config.or(config.has('alpha') ? 'alpha' : 'negative_slope', finiteNumber, 0.3), name);
}

export function elu({ c, config, input, name }: Layer): Activation {
  return applied(c, input, realFunction('elu', config.or('alpha', finiteNumber, 1)), name);
}

export function prelu(layer: Layer): Activation {
  return withSlopes(layer.c, layer.input, layer.weight('alpha'), layer.name);
}

/** An axis or a list of one: the last. */
function requireLastAxis({ config, input }: Layer): void {
  const axis = wholeNumber(-16, 16);
  const codec = chosen<number | number[]>(
    'an axis',
    (value) => (Array.isArray(value) ? list(axis, 1) : axis) as Codec<number | number[]>,
  );
  const [asked = -1] = [config.or('axis', codec, -1)].flat();
  const last = input.shape.length - 1;
  if (asked !== -1 && asked !== last) fail(`its axis is ${asked}, and only the last is supported`);
}

export function softmax(layer: Layer): Activation {
  requireLastAxis(layer);
  return softmaxOf(layer.c, layer.input, layer.name);
}

/** scale * (x - mean) / sqrt(variance + epsilon) + offset, with fixed statistics. */
export function batchNorm(layer: Layer): Activation {
  requireLastAxis(layer);
  const { c, config, input, name } = layer;
  const channels = input.shape.at(-1)!;
  const parameter = (weight: string): Float32Array => {
    const constant = layer.weight(weight);
    const values = realsOf(constant);
    return values.length === channels
      ? values
      : fail(`its "${weight}" has ${values.length} entries for ${channels} channels`);
  };
  const scale = config.or('scale', t.boolean, true) ? parameter('gamma') : null;
  const offset = config.or('center', t.boolean, true) ? parameter('beta') : null;
  const [mean, variance] = [parameter('moving_mean'), parameter('moving_variance')];
  const epsilon = config.or('epsilon', finiteNumber, 1e-3);
  c.charge(2 * channels);
  const factors = Float64Array.from(variance, (value, at) => (scale?.[at] ?? 1) / Math.sqrt(value + epsilon));
  if (!factors.every(Number.isFinite)) fail('its variance is not positive');
  const offsets = factors.map((factor, at) => (offset?.[at] ?? 0) - mean[at]! * factor);
  return affine(c, input, factors, offsets, name);
}

/** scale * x + offset, each a number or one per channel. */
export function rescaling({ c, config, input, name }: Layer): Activation {
  const codec = chosen<number | number[]>(
    'a number, or one for each channel',
    (value) => (Array.isArray(value) ? list(finiteNumber, 2 ** 16) : finiteNumber) as Codec<number | number[]>,
  );
  const values = (field: string, otherwise: number): Float64Array => {
    const numbers = [config.or(field, codec, otherwise)].flat();
    if (numbers.length !== 1 && numbers.length !== input.shape.at(-1)) {
      fail(`its "${field}" has ${numbers.length} entries for an input of shape [${input.shape}]`);
    }
    return Float64Array.from(numbers);
  };
  return affine(c, input, values('scale', 1), values('offset', 0), name);
}
