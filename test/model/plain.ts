/**
 * Values of the model as plain data: integers, strings, booleans and records as themselves, tuples and lists as arrays, sets
 * as sorted arrays, maps as sorted arrays of pairs. Two values are equal exactly when their JSON is.
 */
export type Plain = number | string | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** Sorts by JSON, so that the order does not depend on who wrote the set. */
export function sorted(values: readonly Plain[]): Plain[] {
  return values
    .map((value) => [JSON.stringify(value), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([, value]) => value);
}

/** A record with its fields in alphabetical order. */
export function record(fields: readonly (readonly [string, Plain])[]): { readonly [key: string]: Plain } {
  return Object.fromEntries([...fields].sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
}

/** A value of the Informal Trace Format (JSON). */
export function fromItf(value: unknown): Plain {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(fromItf);
  const fields = value as Record<string, unknown>;
  if ('#bigint' in fields) return Number(fields['#bigint']);
  if ('#tup' in fields) return (fields['#tup'] as unknown[]).map(fromItf);
  if ('#set' in fields) return sorted((fields['#set'] as unknown[]).map(fromItf));
  if ('#map' in fields) return sorted((fields['#map'] as unknown[]).map(fromItf));
  return record(Object.entries(fields).map(([name, field]) => [name, fromItf(field)]));
}
