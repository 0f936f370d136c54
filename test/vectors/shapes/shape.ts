/** One description of a JSON value, two uses: a strict codec that reads it and the JSON Schema that other people read. */
import * as t from 'io-ts';
import {
  type Codec,
  finiteNumber,
  list as listCodec,
  nonEmptyString,
  oneOf,
  strictObject,
  wholeNumber,
} from '../../../src/boundary/codecs.js';

/** What a schema is made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A described value of type A. */
export interface Shape<A> {
  readonly codec: Codec<A>;
  readonly schema: Json;
}

interface AnyShape {
  readonly codec: t.Mixed;
  readonly schema: Json;
}

/** What a described value is, as a type. */
export type ValueOf<S extends AnyShape> = t.TypeOf<S['codec']>;

/** The longest list a vector may hold. */
const LONGEST = 4096;

/** A whole number in a range that a double holds exactly. */
export const integer = (minimum: number, maximum: number): Shape<number> => ({
  codec: wholeNumber(minimum, maximum),
  schema: { type: 'integer', minimum, maximum },
});

/** Any finite number: only a device's answer may hold such a thing. */
export const real: Shape<number> = { codec: finiteNumber, schema: { type: 'number' } };

/** A string of at least one character. */
export const text: Shape<string> = { codec: nonEmptyString, schema: { type: 'string', minLength: 1 } };

export const flag: Shape<boolean> = { codec: t.boolean, schema: { type: 'boolean' } };

function pattern(expression: string, description: string): Shape<string> {
  const form = new RegExp(expression);
  const codec = new t.Type<string, string, unknown>(
    description,
    (value): value is string => typeof value === 'string' && form.test(value),
    (value, context) => (typeof value === 'string' && form.test(value) ? t.success(value) : t.failure(value, context)),
    (value) => value,
  );
  return { codec, schema: { type: 'string', pattern: expression, description } };
}

/** An integer of any size: it may exceed 2^53, so it travels as a string. */
export const decimal = pattern('^(0|-?[1-9][0-9]*)$', 'an integer in decimal, of any size');
/** Bytes. */
export const hex = pattern('^([0-9a-f]{2})*$', 'bytes in lower-case hexadecimal, in order');
/** A defect's name. */
export const bugName = pattern('^bad_[a-z0-9_]+$', 'the defect this vector carries; README.md lists them');

/** One of some words. */
export const word = <const W extends string>(...words: readonly W[]): Shape<W> => ({
  codec: oneOf(...words),
  schema: words.length === 1 ? { const: words[0]! } : { enum: words },
});

/** Any number of entries of one shape. */
export const list = <A>(entry: Shape<A>): Shape<A[]> => ({
  codec: listCodec(entry.codec, LONGEST),
  schema: { type: 'array', items: entry.schema, maxItems: LONGEST },
});

/** Integers in a range. */
export const integers = (minimum: number, maximum: number): Shape<number[]> => list(integer(minimum, maximum));

/** One or the other. */
export const either = <A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> => ({
  codec: t.union([first.codec, second.codec]) as Codec<A | B>,
  schema: { anyOf: [first.schema, second.schema] },
});

/** A value, or null where there is none. */
export const nullable = <A>(shape: Shape<A>): Shape<A | null> =>
  either(shape, { codec: t.null, schema: { type: 'null' } });

type Fields = Readonly<Record<string, AnyShape>>;
export type ObjectOf<F extends Fields> = { [K in keyof F]: t.TypeOf<F[K]['codec']> };

/** Exactly these fields, every one of them there, and nothing else. */
export function object<const F extends Fields>(fields: F): Shape<ObjectOf<F>> {
  const entries = Object.entries(fields);
  return {
    codec: strictObject(Object.fromEntries(entries.map(([key, { codec }]) => [key, codec]))) as unknown as Codec<
      ObjectOf<F>
    >,
    schema: {
      type: 'object',
      properties: Object.fromEntries(entries.map(([key, { schema }]) => [key, schema])),
      required: entries.map(([key]) => key),
      additionalProperties: false,
    },
  };
}
