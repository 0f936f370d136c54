/** Layers that move entries, or leave them where they are. */
import { type Codec, chosen, list, oneOf, orNull, wholeNumber } from '../../../boundary/codecs.js';
import type { Padding } from '../../../model/shapes.js';
import { fail } from '../../shared/fail.js';
import { askedShape, joined, padded, reshape as reshapeTo } from '../arrangement.js';
import { LARGEST } from '../convolution.js';
import { cropped, repeatedTo, transposed } from '../moving.js';
import { resized } from '../resizing.js';
import { type Activation, product } from '../value.js';
import type { Layer } from './layer.js';

export function identity(layer: Layer): Activation {
  return layer.input;
}

/** The axes that a layer speaks of begin behind the batch axis. */
function reshaped({ c, name, input }: Layer, shape: readonly number[]): Activation {
  return reshapeTo(c, input, [input.shape[0]!, ...shape], name);
}

export function flatten(layer: Layer): Activation {
  layer.requireChannelsLast();
  return reshaped(layer, [product(layer.input.shape.slice(1))]);
}

export function reshape(layer: Layer): Activation {
  // What is left is -1 in Keras and null in TensorFlow.js.
  const asked = layer.config.get('target_shape', list(orNull(wholeNumber(-1, 2 ** 28)), 8));
  const shape = asked.map((size) => size ?? -1);
  return reshaped(layer, askedShape(layer.input.shape.slice(1), shape));
}

const amount = wholeNumber(0, LARGEST);
const either = <A>(name: string, entry: Codec<A>): Codec<number | A[]> =>
  chosen<number | A[]>(name, (value) => (Array.isArray(value) ? list(entry, 2) : amount) as Codec<number | A[]>);
const amounts = either<number | number[]>('amounts', either('amounts', amount));

/** Amounts on four sides: one number, one for rows and one for columns, or two for each. */
export function sidesOf({ config }: Layer, field: string): Padding {
  const value = config.or(field, amounts, 1);
  const [rows = 0, columns = 0] = typeof value === 'number' ? [value, value] : value;
  const two = (side: number | number[]): [number, number] => {
    if (typeof side === 'number') return [side, side];
    return side.length === 2 ? [side[0]!, side[1]!] : fail(`its "${field}" is not made of pairs`);
  };
  if (typeof value !== 'number' && value.length !== 2) fail(`its "${field}" must have two entries`);
  const [[top, bottom], [left, right]] = [two(rows), two(columns)];
  return { top, bottom, left, right };
}

export function zeroPadding(layer: Layer): Activation {
  layer.requireChannelsLast();
  return padded(layer.c, layer.input, sidesOf(layer, 'padding'), layer.name);
}

export function concatenate({ c, config, inputs, name }: Layer): Activation {
  return joined(c, inputs, config.or('axis', wholeNumber(-16, 16), -1), name);
}

/** The order counts axes from 1, behind the batch axis. */
export function permute({ c, config, input, name }: Layer): Activation {
  return transposed(c, input, [0, ...config.get('dims', list(wholeNumber(1, 8), 8))], name);
}

export function cropping(layer: Layer): Activation {
  layer.requireChannelsLast();
  return cropped(layer.c, layer.input, sidesOf(layer, 'cropping'), layer.name);
}

/** Every pixel several times, or what lies between them as TensorFlow.js computes it. */
export function upSampling(layer: Layer): Activation {
  layer.requireChannelsLast();
  const { c, config, input, name } = layer;
  const mode = config.or('interpolation', oneOf('nearest', 'bilinear'), 'nearest');
  const { y, x } = layer.pair('size', 2);
  const [, height = 0, width = 0] = input.shape;
  const how = { mode, alignCorners: false, halfPixels: false };
  return resized(c, input, { height: height * y, width: width * x }, how, name);
}

/** A row several times. */
export function repeatVector({ c, config, input, name }: Layer): Activation {
  const [batch, length, ...more] = input.shape;
  if (length === undefined || more.length > 0)
    return fail(`its input has shape [${input.shape}], and two axes are needed`);
  const times = config.get('n', wholeNumber(1, LARGEST));
  return repeatedTo(c, reshapeTo(c, input, [batch!, 1, length], name), [batch!, times, length], name);
}
