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

/**
 * Options of which every one is known: a misspelt one must not be ignored silently.
 * @throws TypeError for anything but an object with none but the known fields
 */
export function someOptions<O extends object>(options: O, known: { readonly [K in keyof O]-?: true }, what: string): O {
  if (typeof options !== 'object' || options === null) throw new TypeError(`the options of ${what} must be an object`);
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      throw new TypeError(`${what} has no option "${name}": it knows ${Object.keys(known).join(', ')}`);
    }
  }
  return options;
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
