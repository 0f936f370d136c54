/** Checks at the wrapper: once per call, never per element. Each returns what it was given. */

type Constructor<A> = { readonly name: string; new (length: number): A };

/** An array of the right type and, if a length is given, of that length. */
export function anArray<A extends { readonly length: number }>(
  array: A,
  type: Constructor<A>,
  name: string,
  length?: number,
): A {
  if (!(array instanceof type)) throw new TypeError(`${name} must be an ${type.name}`);
  if (length !== undefined && array.length !== length) {
    throw new RangeError(`${name} must have ${length} entries, not ${array.length}`);
  }
  return array;
}

/** @throws TypeError if there is a signal and it is none */
export function aSignal(signal: unknown, where: string): void {
  if (signal === undefined) return;
  const { throwIfAborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  if (typeof throwIfAborted === 'function' && typeof addEventListener === 'function') return;
  throw new TypeError(`${where} takes an AbortSignal as its signal, as in { signal: controller.signal }`);
}

/**
 * Options of which every one is known: one that is ignored may be a guarantee that somebody thinks is on.
 * @param where the function whose options these are, as messages name it
 * @param parameters names that belong one level below, in an option `parameters`
 * @throws TypeError for anything but an object with none but the known fields, or with a signal that is none
 */
export function someOptions<O extends object>(
  options: O,
  known: { readonly [K in keyof O]-?: true },
  where: string,
  parameters: object = {},
): O {
  if (typeof options !== 'object' || options === null) throw new TypeError(`${where} takes an object of options`);
  aSignal((options as { signal?: unknown }).signal, where);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return options;
  const belongs = Object.hasOwn(parameters, unknown);
  const hint = belongs ? `: it is one of its parameters, as in { parameters: { ${unknown}: ... } }` : '';
  throw new TypeError(
    `${where} has no option ${JSON.stringify(unknown.slice(0, 60))}${hint || `; there are ${Object.keys(known).join(', ')}`}`,
  );
}

/** A whole number in [minimum, maximum]. */
export function anInteger(value: number, name: string, minimum: number, maximum: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!Number.isSafeInteger(value) || value < minimum || value > maximum) {
    throw new RangeError(`${name} must be a whole number from ${minimum} to ${maximum}, not ${value}`);
  }
  return value;
}

/** The clamp of a fixed-point operation: both ends fit int16, in order. */
export function aClamp<C extends { readonly minimum: number; readonly maximum: number }>(how: C): C {
  anInteger(how.minimum, 'minimum', -32768, 32767);
  anInteger(how.maximum, 'maximum', how.minimum, 32767);
  return how;
}

/** A right shift: from 1 to 62. */
export function aShift(shift: number): number {
  return anInteger(shift, 'shift', 1, 62);
}

/** A multiplier: any int32. */
export function aMultiplier(value: number): number {
  return anInteger(value, 'multiplier', -(2 ** 31), 2 ** 31 - 1);
}
