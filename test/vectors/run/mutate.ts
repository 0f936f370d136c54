/** Changes one thing in a copy of a file. */

interface Place {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Every plain value below `value`, with the keys that lead to it. */
export function leaves(value: unknown, path: readonly string[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry, [...path, key]));
}

/** Every object below `value`, lists left out, by the keys that lead to it. */
export function objects(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, entry]) => objects(entry, [...path, key]));
  return Array.isArray(value) ? inner : [path, ...inner];
}

type Changeable = Record<string, unknown>;

/** A copy in which `change` was applied to the object at `path`. */
export function changed<T>(whole: T, path: readonly string[], change: (object: Changeable) => void): T {
  const copy = structuredClone(whole);
  let at = copy as Changeable;
  for (const key of path) at = at[key] as Changeable;
  change(at);
  return copy;
}

/** A copy with another value at `path`. */
export function withValue<T>(whole: T, path: readonly string[], value: unknown): T {
  return changed(whole, path.slice(0, -1), (object) => {
    object[path.at(-1)!] = value;
  });
}
