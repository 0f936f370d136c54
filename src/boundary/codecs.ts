/**
 * Strict io-ts codecs: the one way data from outside (a manifest, a calibration, a message) becomes typed data inside.
 * They differ from io-ts's own where those are lenient: `t.number` takes NaN and Infinity, `t.Int` takes 2^60, `t.type`
 * and `t.record` take unknown keys, `__proto__`, class instances and inherited values. What is decoded is a fresh copy.
 */
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';

/** A codec that changes nothing: what it decodes is what it encodes. Its name completes the sentence "must be …". */
export type Codec<A> = t.Type<A, A, unknown>;

/** The fields of an object, by name. */
export type Fields = Readonly<Record<string, t.Mixed>>;
type Decoded<R extends Fields, O extends Fields> = { [K in keyof R]: t.TypeOf<R[K]> } & {
  [K in keyof O]?: t.TypeOf<O[K]>;
};

function codec<A>(name: string, validate: t.Validate<unknown, A>): Codec<A> {
  const is = (value: unknown): value is A => isRight(validate(value, []));
  return new t.Type<A, A, unknown>(name, is, validate, (value) => value);
}

function where<A>(name: string, accepts: (value: unknown) => value is A): Codec<A> {
  return codec(name, (value, context) => (accepts(value) ? t.success(value) : t.failure(value, context)));
}

/** A whole number from `minimum` to `maximum`, both within the safe integers; never NaN, a fraction or minus zero. */
export function wholeNumber(minimum: number, maximum: number): Codec<number> {
  if (!Number.isSafeInteger(minimum) || !Number.isSafeInteger(maximum) || minimum > maximum) {
    throw new RangeError(`the limits of a whole number must be safe integers in order, not ${minimum} and ${maximum}`);
  }
  return where(
    `a whole number from ${minimum} to ${maximum}`,
    (value): value is number =>
      Number.isSafeInteger(value) &&
      !Object.is(value, -0) &&
      (value as number) >= minimum &&
      (value as number) <= maximum,
  );
}

/** A number that is neither NaN nor infinite. */
export const finiteNumber: Codec<number> = where('a finite number', (value): value is number => Number.isFinite(value));

/** A string of at least one character. */
export const nonEmptyString: Codec<string> = where(
  'a string that is not empty',
  (value): value is string => typeof value === 'string' && value !== '',
);

/** A finite number above 0. */
export const positiveNumber: Codec<number> = where(
  'a number above 0',
  (value): value is number => finiteNumber.is(value) && value > 0,
);

/** A string all of which matches `pattern`, which must be anchored at both ends. */
export function matching(name: string, pattern: RegExp): Codec<string> {
  return where(name, (value): value is string => typeof value === 'string' && pattern.test(value));
}

/** What `choose` picks for a value: messages speak of the one form that was meant. */
export function chosen<A>(name: string, choose: (value: unknown) => Codec<A>): Codec<A> {
  return codec(name, (value, context) => choose(value).validate(value, context));
}

/** A value, or null. */
export function orNull<A>(value: Codec<A>): Codec<A | null> {
  return chosen<A | null>(`${value.name}, or null`, (actual) => (actual === null ? t.null : value) as Codec<A | null>);
}

/** Exactly one of the given strings. */
export function oneOf<const S extends string>(...allowed: readonly S[]): Codec<S> {
  const name = allowed.map((word) => JSON.stringify(word)).join(' or ');
  return where(name, (value): value is S => (allowed as readonly unknown[]).includes(value));
}

/** Why `value` is not a plain object with only these fields, or null if it is. */
function objectFault(value: object, known: ReadonlySet<string>): string | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return 'must be a plain object';
  for (const key of Reflect.ownKeys(value)) {
    const label = shown(typeof key === 'symbol' ? String(key) : key);
    if (typeof key !== 'string' || !known.has(key)) return `must not have the field ${label}`;
    if (!('value' in Object.getOwnPropertyDescriptor(value, key)!)) return `must not compute the field ${label}`;
  }
  return null;
}

/**
 * A plain object with exactly the `required` fields and possibly some of the `optional` ones, all its own. Unknown keys
 * (`__proto__` as `JSON.parse` makes it is one), symbols, getters, inherited fields and class instances are refused.
 */
export function strictObject<R extends Fields, O extends Fields = Record<never, never>>(
  required: R,
  optional?: O,
): Codec<Decoded<R, O>> {
  const fields = new Map(Object.entries({ ...optional, ...required }));
  const known = new Set(fields.keys());
  return codec('an object', (value, context) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return t.failure(value, context);
    const fault = objectFault(value, known);
    if (fault !== null) return t.failure(value, context, fault);
    const copy: Record<string, unknown> = {};
    for (const [key, field] of fields) {
      const present = Object.hasOwn(value, key);
      if (!present && !Object.hasOwn(required, key)) continue;
      const actual: unknown = present ? (value as Record<string, unknown>)[key] : undefined;
      const inner = t.appendContext(context, `.${key}`, field, actual);
      if (!present) return t.failure(actual, inner, 'is missing');
      const decoded = field.validate(actual, inner);
      if (isLeft(decoded)) return decoded;
      copy[key] = decoded.right;
    }
    return t.success(copy as Decoded<R, O>);
  });
}

/** An array of at most `maximumLength` entries, none of them a hole. Stops at the first bad entry. */
export function list<A>(entry: t.Type<A, unknown, unknown>, maximumLength: number): Codec<A[]> {
  return codec(`a list of at most ${maximumLength} entries`, (value, context) => {
    if (!Array.isArray(value) || value.length > maximumLength) return t.failure(value, context);
    const copy: A[] = [];
    for (let index = 0; index < value.length; index++) {
      const actual: unknown = value[index];
      const inner = t.appendContext(context, `[${index}]`, entry, actual);
      if (!Object.hasOwn(value, index)) return t.failure(actual, inner, 'is missing');
      const decoded = entry.validate(actual, inner);
      if (isLeft(decoded)) return decoded;
      copy.push(decoded.right);
    }
    return t.success(copy);
  });
}

const LONGEST_SHOWN = 60;

/** A value in a few words: messages must stay short, and one plain line, whatever the value is. */
function shown(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
  }
  if (Array.isArray(value)) return `a list of ${value.length} entries`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  return Object.is(value, -0) ? '-0' : String(value).slice(0, LONGEST_SHOWN);
}

/**
 * Returns a checked copy of `value`.
 * @param what names the value in the message, as in "the manifest[0].paths must be a list of at most 16 entries, not 3"
 * @throws TypeError one sentence: which part is wrong and what was expected there
 */
export function decode<A>(type: t.Type<A, unknown, unknown>, value: unknown, what: string): A {
  const decoded = type.decode(value);
  if (isRight(decoded)) return decoded.right;
  const { context, value: actual, message } = decoded.left[0]!;
  // The first key is io-ts's name for the whole; keys of its own combinators carry no punctuation.
  const path = context.slice(1).map(({ key }) => (/^[.[]/.test(key) ? key : `.${key}`));
  const expected = context.at(-1)?.type.name ?? type.name;
  throw new TypeError(`${what}${path.join('')} ${message ?? `must be ${expected}, not ${shown(actual)}`}`);
}
