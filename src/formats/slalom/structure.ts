/**
 * The structure: everything of a network but its names and the contents of its arrays, as JSON. Decoding gives fields in
 * the order in which they are written here, so what is decoded and written again is the same text: the canonical form.
 */
import * as t from 'io-ts';
import { type Codec, finiteNumber, list, oneOf, strictObject, wholeNumber } from '../../boundary/codecs.js';
import { descriptor } from './arrays.js';

/** More tensors or operations than any network has, and few enough to look at each. */
const MOST = 2 ** 16;

const id = wholeNumber(0, MOST - 1);
const size = wholeNumber(1, 2 ** 31);
const some = wholeNumber(0, 2 ** 24);
const positive = wholeNumber(1, 2 ** 24);
const centred = wholeNumber(-32768, 32767);
const shift = wholeNumber(1, 62);
const multiplier = wholeNumber(0, 2 ** 31 - 1);

const clampTo = { minimum: centred, maximum: centred };
const padding = strictObject({ top: some, bottom: some, left: some, right: some });
const axes = strictObject({ y: positive, x: positive });
const sides = strictObject({ height: positive, width: positive });
const inputRange = strictObject(clampTo);

function tuple<A>(entry: Codec<A>, length: number): Codec<A[]> {
  const some = list(entry, length);
  return new t.Type<A[], A[], unknown>(
    `a list of ${length} entries`,
    (value): value is A[] => some.is(value) && value.length === length,
    (value, context) =>
      Array.isArray(value) && value.length === length ? some.validate(value, context) : t.failure(value, context),
    (value) => value,
  );
}

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

const pool = (kind: 'averagePool' | 'maxPool') =>
  strictObject({ kind: oneOf(kind), input: id, output: id, window: sides, stride: axes, padding, ...clampTo });

const extreme = (kind: 'larger' | 'smaller') =>
  strictObject({ kind: oneOf(kind), inputs: tuple(id, 2), output: id, ...clampTo });

const interpolation = strictObject({
  lower: descriptor('i32'),
  upper: descriptor('i32'),
  weights: descriptor('i32'),
});

const operation = byKind({
  linear: strictObject({
    kind: oneOf('linear'),
    input: id,
    output: id,
    map,
    bias: descriptor('i32'),
    requantization: t.union([requantization, t.null]),
  }),
  add: strictObject({
    kind: oneOf('add'),
    inputs: tuple(id, 2),
    output: id,
    multipliers: tuple(multiplier, 2),
    shift,
    ...clampTo,
  }),
  rescale: strictObject({ kind: oneOf('rescale'), input: id, output: id, multiplier, shift, ...clampTo }),
  averagePool: pool('averagePool'),
  maxPool: pool('maxPool'),
  concat: strictObject({ kind: oneOf('concat'), inputs: list(id, 2 ** 12), output: id, axis: wholeNumber(0, 7) }),
  pad: strictObject({ kind: oneOf('pad'), input: id, output: id, padding }),
  reshape: strictObject({ kind: oneOf('reshape'), input: id, output: id }),
  take: strictObject({ kind: oneOf('take'), input: id, output: id, offsets: list(descriptor('i32'), 8) }),
  multiply: strictObject({ kind: oneOf('multiply'), inputs: tuple(id, 2), output: id, multiplier, shift, ...clampTo }),
  subtract: strictObject({
    kind: oneOf('subtract'),
    inputs: tuple(id, 2),
    output: id,
    multipliers: tuple(multiplier, 2),
    shift,
    ...clampTo,
  }),
  larger: extreme('larger'),
  smaller: extreme('smaller'),
  interpolate: strictObject({
    kind: oneOf('interpolate'),
    input: id,
    output: id,
    rows: interpolation,
    columns: interpolation,
  }),
  lookup: strictObject({ kind: oneOf('lookup'), input: id, output: id, table: descriptor('i8', 'i16') }),
  softmax: strictObject({
    kind: oneOf('softmax'),
    input: id,
    output: id,
    exponentials: descriptor('u32'),
    unit: wholeNumber(1, 2 ** 31 - 1),
    ...clampTo,
  }),
});

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
  input: id,
  outputs: list(id, MOST),
});

export type Structure = t.TypeOf<typeof structure>;
