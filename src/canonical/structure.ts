/**
 * The structure: everything of a network but its names and the contents of its arrays, as JSON. Decoding gives fields in
 * the order in which they are written here, so what is decoded and written again is the same text: the canonical form.
 */
import * as t from 'io-ts';
import { descriptor } from '../boundary/array-bytes.js';
import { type Codec, finiteNumber, list, oneOf, strictObject, wholeNumber } from '../boundary/codecs.js';
import { axes, clampTo, MOST, padding, positive, shift, sides, tensorId, unary } from '../operations/fields.js';
import { OPERATIONS } from '../operations/operations.js';

const size = wholeNumber(1, 2 ** 31);
const inputRange = strictObject(clampTo);

/** An object whose field `kind` says which of the codecs it must satisfy. */
function byKind<V extends Readonly<Record<string, t.Mixed>>>(variants: V): Codec<t.TypeOf<V[keyof V]>> {
  const kinds = oneOf(...Object.keys(variants));
  const validate: t.Validate<unknown, t.TypeOf<V[keyof V]>> = (value, context) => {
    const own = typeof value === 'object' && value !== null && Object.hasOwn(value, 'kind');
    const kind: unknown = own ? (value as { kind: unknown }).kind : undefined;
    if (!kinds.is(kind)) return t.failure(kind, t.appendContext(context, '.kind', kinds, kind));
    return variants[kind]!.validate(value, context);
  };
  const known = (value: unknown): value is t.TypeOf<V[keyof V]> => validate(value, [])._tag === 'Right';
  return new t.Type(kinds.name, known, validate, (value) => value);
}

const map = byKind({
  dense: strictObject({
    kind: oneOf('dense'),
    inputs: size,
    outputs: size,
    weights: descriptor('i8', 'i16'),
    inputRange,
  }),
  convolution: strictObject({
    kind: oneOf('convolution'),
    input: strictObject({ height: positive, width: positive, channels: positive }),
    kernel: sides,
    stride: axes,
    dilation: axes,
    padding,
    groups: positive,
    outputChannels: positive,
    weights: descriptor('i8', 'i16'),
    inputRange,
  }),
});

const requantization = strictObject({ multipliers: descriptor('i32'), shift, ...clampTo });

const linear = strictObject({
  kind: oneOf('linear'),
  ...unary,
  map,
  bias: descriptor('i32'),
  requantization: t.union([requantization, t.null]),
});

/** A trusted operation has the fields that its rules say. */
const trusted = Object.entries(OPERATIONS).map(
  ([kind, { fields }]) => [kind, strictObject({ kind: oneOf(kind), ...fields })] as const,
);

const operation = byKind({ linear, ...Object.fromEntries(trusted) });

const shape = list(size, 8);

const tensor = byKind({
  activation: strictObject({
    kind: oneOf('activation'),
    shape,
    scale: finiteNumber,
    zeroPoint: wholeNumber(-(2 ** 31), 2 ** 31),
    ...clampTo,
  }),
  accumulator: strictObject({ kind: oneOf('accumulator'), shape, scales: descriptor('f64') }),
});

/** See the file's head. */
export const structure = strictObject({
  tensors: list(tensor, MOST),
  operations: list(operation, MOST),
  input: tensorId,
  outputs: list(tensorId, MOST),
});

export type Structure = t.TypeOf<typeof structure>;
