/** JSON of a file that is not trusted: objects become maps, so that no name in it means anything to JavaScript. */
import * as t from 'io-ts';
import { type Codec, decode } from '../../boundary/codecs.js';
import { fail } from '../shared/fail.js';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;

/** An object of the file. */
export type JsonMap = ReadonlyMap<string, Json>;

/** Models nest models, but not endlessly. */
const DEEPEST = 64;
const LONGEST_TEXT = 2 ** 26;

/** The value of a JSON text. @throws ModelError when it is too long or is no JSON */
export function parseJson(source: string | Uint8Array, what: string): unknown {
  if (source.length > LONGEST_TEXT) fail(`${what} is longer than 64 MiB, and the weights are kept beside it`);
  try {
    const text = typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source);
    return JSON.parse(text);
  } catch {
    return fail(`${what} is not JSON`);
  }
}

/**
 * The same value with maps for objects.
 * @param rename changes the names of fields
 * @throws ModelError when it is nested too deep
 */
export function withMaps(value: unknown, rename = (name: string) => name, depth = 0): Json {
  if (depth > DEEPEST) return fail(`its topology is nested deeper than ${DEEPEST} levels`);
  if (Array.isArray(value)) return value.map((entry) => withMaps(entry, rename, depth + 1));
  if (typeof value !== 'object' || value === null) return value as Json;
  return new Map(Object.entries(value).map(([key, entry]) => [rename(key), withMaps(entry, rename, depth + 1)]));
}

/** An object of the file. */
export const jsonMap: Codec<JsonMap> = new t.Type<JsonMap, JsonMap, unknown>(
  'an object',
  (value): value is JsonMap => value instanceof Map,
  (value, context) => (value instanceof Map ? t.success(value as JsonMap) : t.failure(value, context)),
  (value) => value,
);

/** An object whose fields are read one at a time, each through a codec; those that nobody asks for do not matter. */
export class Fields {
  readonly #map: JsonMap;
  readonly #what: string;

  /** @param what names the object in messages */
  constructor(map: JsonMap, what: string) {
    this.#map = map;
    this.#what = what;
  }

  has(name: string): boolean {
    const value = this.#map.get(name);
    return value !== undefined && value !== null;
  }

  /** @throws ModelError when the field is missing or not what the codec says */
  get<A>(name: string, codec: t.Type<A, unknown, unknown>): A {
    if (!this.has(name)) return fail(`${this.#what} has no "${name}"`);
    try {
      return decode(codec, this.#map.get(name), `"${name}" of ${this.#what}`);
    } catch (error) {
      return fail((error as TypeError).message);
    }
  }

  /** The same, where the field may be missing or null. */
  or<A, B>(name: string, codec: t.Type<A, unknown, unknown>, otherwise: B): A | B {
    return this.has(name) ? this.get(name, codec) : otherwise;
  }

  /** A field that is itself an object. */
  inner(name: string): Fields {
    return new Fields(this.get(name, jsonMap), `"${name}" of ${this.#what}`);
  }
}
