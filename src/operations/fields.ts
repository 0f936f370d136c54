/** The fields that operations have in a file. */
import * as t from 'io-ts';
import { type Codec, list, strictObject, wholeNumber } from '../boundary/codecs.js';

/** More tensors or operations than any network has, and few enough to look at each. */
export const MOST = 2 ** 16;

/** A list of exactly so many entries. */
export function tuple<A>(entry: Codec<A>, length: number): Codec<A[]> {
  const some = list(entry, length);
  return new t.Type<A[], A[], unknown>(
    `a list of ${length} entries`,
    (value): value is A[] => some.is(value) && value.length === length,
    (value, context) =>
      Array.isArray(value) && value.length === length ? some.validate(value, context) : t.failure(value, context),
    (value) => value,
  );
}

export const tensorId = wholeNumber(0, MOST - 1);
export const shift = wholeNumber(1, 62);
export const multiplier = wholeNumber(0, 2 ** 31 - 1);
export const positive = wholeNumber(1, 2 ** 24);

const some = wholeNumber(0, 2 ** 24);
const centred = wholeNumber(-32768, 32767);

export const clampTo = { minimum: centred, maximum: centred };
export const padding = strictObject({ top: some, bottom: some, left: some, right: some });
export const axes = strictObject({ y: positive, x: positive });
export const sides = strictObject({ height: positive, width: positive });

export const unary = { input: tensorId, output: tensorId };
export const pair = { inputs: tuple(tensorId, 2), output: tensorId };
