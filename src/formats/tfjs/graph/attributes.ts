/** A node's attributes: protocol buffers as JSON, where whole numbers may be text and text is base64. */
import * as t from 'io-ts';
import { type Codec, list, matching, wholeNumber } from '../../../boundary/codecs.js';
import { fail } from '../../shared/fail.js';
import { Fields, type JsonMap } from '../json.js';

const MOST_ENTRIES = 64;
const LONGEST = 4096;

const number = wholeNumber(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const digits = matching('a whole number', /^-?\d{1,15}$/);
const whole = t.union([number, digits]) as Codec<number | string>;
const text = t.union([t.string, list(wholeNumber(0, 255), LONGEST)]) as Codec<string | number[]>;
const real = t.union([t.number, t.string]) as Codec<number | string>;

function decoded(value: string | readonly number[]): string {
  const bytes = typeof value === 'string' ? value : String.fromCharCode(...value);
  if (bytes.length > LONGEST) return fail('one of its attributes is an endless text');
  if (typeof value !== 'string') return bytes;
  try {
    return atob(bytes);
  } catch {
    return fail('one of its attributes is not in base64');
  }
}

export class Attributes {
  readonly #fields: Fields;

  constructor(map: JsonMap) {
    this.#fields = new Fields(map, 'its attributes');
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  #value(name: string): Fields | null {
    return this.#fields.has(name) ? this.#fields.inner(name) : null;
  }

  #list<A>(name: string, kind: string, entry: Codec<A>): A[] | null {
    const value = this.#value(name);
    if (value === null || !value.has('list')) return null;
    return value.inner('list').or(kind, list(entry, MOST_ENTRIES), []);
  }

  int(name: string, otherwise: number): number {
    return Number(this.#value(name)?.or('i', whole, otherwise) ?? otherwise);
  }

  ints(name: string): number[] | null {
    return this.#list(name, 'i', whole)?.map(Number) ?? null;
  }

  float(name: string, otherwise: number): number {
    return Number(this.#value(name)?.or('f', real, otherwise) ?? otherwise);
  }

  bool(name: string): boolean {
    return this.#value(name)?.or('b', t.boolean, false) ?? false;
  }

  text(name: string, otherwise: string): string {
    const value = this.#value(name)?.or('s', text, null) ?? null;
    return value === null ? otherwise : decoded(value);
  }

  texts(name: string): string[] {
    return this.#list(name, 's', text)?.map(decoded) ?? [];
  }

  /** A type, as its name or its number. */
  type(name: string): string {
    return String(this.#value(name)?.or('type', t.union([t.string, number]) as Codec<string | number>, '') ?? '');
  }

  /** A shape with null for what is open; null when it is not known at all. */
  shape(name: string): (number | null)[] | null {
    const value = this.#value(name);
    return value === null || !value.has('shape') ? null : dimensions(value.inner('shape'));
  }
}

/** A shape of the format. */
export function dimensions(shape: Fields): (number | null)[] | null {
  if (shape.or('unknown_rank', t.boolean, false) || shape.or('unknownRank', t.boolean, false)) return null;
  return shape.or('dim', list(t.unknown as Codec<unknown>, 16), []).map((dim) => {
    const size = dim instanceof Map ? Number(new Fields(dim as JsonMap, 'an axis').or('size', whole, -1)) : -1;
    return size > 0 ? size : null;
  });
}
