/**
 * Values of the model, each of them once: two equal values are the same object, so that comparing is `===` and a set is a
 * sorted list of what it holds. Integers are numbers, strings and booleans themselves.
 */
import { type Plain, record, sorted } from './plain.js';

export type Kind = 'set' | 'list' | 'tuple' | 'record' | 'map';

/** A value that is made of others: elements in order; of a record the names and then the fields; of a map keys and entries in turn. */
export interface Composite {
  readonly id: number;
  readonly kind: Kind;
  readonly parts: readonly Value[];
}

export type Value = number | string | boolean | Composite;

const known = new Map<string, Composite>();

/** The same for equal values only. */
export function keyOf(value: Value): string {
  if (typeof value === 'object') return `#${value.id}`;
  return typeof value === 'string' ? `"${value}` : String(value);
}

function made(kind: Kind, parts: readonly Value[]): Composite {
  const key = `${kind} ${parts.map(keyOf).join(' ')}`;
  let value = known.get(key);
  if (value === undefined) {
    value = { id: known.size, kind, parts };
    known.set(key, value);
  }
  return value;
}

/** An order of values that have one type. */
function before(a: Value, b: Value): boolean {
  return typeof a === 'object' ? a.id < (b as Composite).id : a < b;
}

const order = (a: Value, b: Value): number => (a === b ? 0 : before(a, b) ? -1 : 1);

export function aSet(values: readonly Value[]): Composite {
  const parts = [...values].sort(order);
  return made(
    'set',
    parts.filter((value, index) => index === 0 || value !== parts[index - 1]),
  );
}

export const aList = (values: readonly Value[]): Composite => made('list', values);
export const aTuple = (values: readonly Value[]): Composite => made('tuple', values);

export function aRecord(fields: readonly (readonly [string, Value])[]): Composite {
  const parts = [...fields].sort(([a], [b]) => order(a, b));
  return made('record', [...parts.map(([name]) => name), ...parts.map(([, value]) => value)]);
}

export function aMap(entries: readonly (readonly [Value, Value])[]): Composite {
  const parts = [...entries].sort(([a], [b]) => order(a, b));
  return made('map', parts.flat());
}

function wanted(parts: readonly Value[], index: number): Value {
  const value = parts[index];
  if (value === undefined) throw new Error(`there is no element ${index} of ${parts.length}`);
  return value;
}

function fieldAt({ parts }: Composite, name: string): number {
  const index = parts.indexOf(name);
  if (index < 0 || index >= parts.length / 2) throw new Error(`there is no field ${name}`);
  return index + parts.length / 2;
}

function keyAt({ parts }: Composite, key: Value): number {
  for (let index = 0; index < parts.length; index += 2) if (parts[index] === key) return index;
  return -1;
}

const keysOf = ({ parts }: Composite): Value[] => parts.filter((_, index) => index % 2 === 0);
const changed = (parts: readonly Value[], index: number, value: Value): Value[] => {
  wanted(parts, index);
  return parts.map((old, at) => (at === index ? value : old));
};

type Test = (value: Value) => boolean;
type Combine = (left: Value, right: Value) => Value;

/** The same function, which computes every result once: equal arguments are the same. */
export function remember<A extends readonly Value[], R>(compute: (...given: A) => R): (...given: A) => R {
  const tree = new Map<Value, unknown>();
  return (...given) => {
    let node = tree;
    const last = given.length - 1;
    for (let at = 0; at < last; at++) {
      let next = node.get(given[at]!) as Map<Value, unknown> | undefined;
      if (next === undefined) {
        next = new Map();
        node.set(given[at]!, next);
      }
      node = next;
    }
    let result = node.get(given[last]!) as R | undefined;
    if (result === undefined) {
      result = compute(...given);
      node.set(given[last]!, result);
    }
    return result;
  };
}

/** Quint's operators on values, those that the model uses. Whether they agree with Quint's own is tested step by step. */
export const operators = {
  Set: (...values: Value[]) => aSet(values),
  List: (...values: Value[]) => aList(values),
  Tup: (...values: Value[]) => aTuple(values),
  Rec: (...pairs: Value[]) =>
    aRecord(pairs.filter((_, at) => at % 2 === 0).map((name, at) => [name as string, pairs[2 * at + 1]!])),
  Map: (...pairs: Composite[]) => aMap(pairs.map(({ parts }) => [parts[0]!, parts[1]!])),
  to: (first: number, last: number) =>
    aSet(Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)),
  contains: remember((set: Composite, value: Value) => set.parts.includes(value)),
  union: remember((a: Composite, b: Composite) => (b.parts.length === 0 ? a : aSet([...a.parts, ...b.parts]))),
  intersect: remember((a: Composite, b: Composite) =>
    made(
      'set',
      a.parts.filter((value) => b.parts.includes(value)),
    ),
  ),
  exclude: remember((a: Composite, b: Composite) =>
    made(
      'set',
      a.parts.filter((value) => !b.parts.includes(value)),
    ),
  ),
  subseteq: remember((a: Composite, b: Composite) => a.parts.every((value) => b.parts.includes(value))),
  size: (set: Composite) => set.parts.length,
  flatten: remember((sets: Composite) => aSet(sets.parts.flatMap((set) => (set as Composite).parts))),
  map: (set: Composite, change: (value: Value) => Value) => aSet(set.parts.map((value) => change(value))),
  filter: (set: Composite, test: Test) =>
    made(
      'set',
      set.parts.filter((value) => test(value)),
    ),
  exists: (set: Composite, test: Test) => set.parts.some((value) => test(value)),
  forall: (set: Composite, test: Test) => set.parts.every((value) => test(value)),
  fold: ({ parts }: Composite, first: Value, combine: Combine) =>
    parts.reduce((left, right) => combine(left, right), first),
  foldl: ({ parts }: Composite, first: Value, combine: Combine) =>
    parts.reduce((left, right) => combine(left, right), first),
  tuples: (a: Composite, b: Composite) =>
    aSet(a.parts.flatMap((left) => b.parts.map((right) => aTuple([left, right])))),
  length: (list: Composite) => list.parts.length,
  indices: remember((list: Composite) => aSet(list.parts.map((_, index) => index))),
  nth: (list: Composite, index: number) => wanted(list.parts, index),
  item: (tuple: Composite, index: number) => wanted(tuple.parts, index - 1),
  append: remember((list: Composite, value: Value) => made('list', [...list.parts, value])),
  slice: remember((list: Composite, from: number, to: number) => made('list', list.parts.slice(from, to))),
  replaceAt: remember((list: Composite, index: number, value: Value) =>
    made('list', changed(list.parts, index, value)),
  ),
  field: (one: Composite, name: string) => one.parts[fieldAt(one, name)]!,
  with: remember((one: Composite, name: string, value: Value) =>
    made('record', changed(one.parts, fieldAt(one, name), value)),
  ),
  keys: remember((map: Composite) => aSet(keysOf(map))),
  get: (map: Composite, key: Value) => wanted(map.parts, keyAt(map, key) + 1),
  put: remember((map: Composite, key: Value, value: Value) => {
    const at = keyAt(map, key);
    if (at >= 0) return made('map', changed(map.parts, at + 1, value));
    return aMap([...keysOf(map).map((old, index) => [old, map.parts[2 * index + 1]!] as const), [key, value]]);
  }),
};

/** The value as plain data. */
export function plainOf(value: Value): Plain {
  if (typeof value !== 'object') return value;
  const { kind, parts } = value;
  switch (kind) {
    case 'record':
      return record(parts.slice(parts.length / 2).map((field, at) => [parts[at] as string, plainOf(field)]));
    case 'map':
      return sorted(keysOf(value).map((key, index) => [plainOf(key), plainOf(parts[2 * index + 1]!)]));
    case 'set':
      return sorted(parts.map(plainOf));
    default:
      return parts.map(plainOf);
  }
}

/** The value in the Informal Trace Format. */
export function toItf(value: Value): unknown {
  if (typeof value === 'number') return { '#bigint': String(value) };
  if (typeof value !== 'object') return value;
  const { kind, parts } = value;
  const bySort = (values: readonly Value[]): unknown[] =>
    [...values].sort((a, b) => compareText(JSON.stringify(plainOf(a)), JSON.stringify(plainOf(b)))).map(toItf);
  switch (kind) {
    case 'record':
      return Object.fromEntries(parts.slice(parts.length / 2).map((field, at) => [parts[at] as string, toItf(field)]));
    case 'map':
      return { '#map': entriesOf(value) };
    case 'set':
      return { '#set': bySort(parts) };
    case 'tuple':
      return { '#tup': parts.map(toItf) };
    default:
      return parts.map(toItf);
  }
}

function entriesOf(map: Composite): unknown[] {
  return keysOf(map)
    .map((key, index) => [key, map.parts[2 * index + 1]!] as const)
    .sort(([a], [b]) => compareText(JSON.stringify(plainOf(a)), JSON.stringify(plainOf(b))))
    .map(([key, entry]) => [toItf(key), toItf(entry)]);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
