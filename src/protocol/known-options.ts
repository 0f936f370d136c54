/** Options that do not exist are refused: one that is ignored may be a guarantee that somebody thinks is on. */
import { defaultParameters } from './parameters.js';

/** @throws TypeError if there is a signal and it is none */
export function aSignal(signal: unknown, where: string): void {
  if (signal === undefined) return;
  const { throwIfAborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  if (typeof throwIfAborted === 'function' && typeof addEventListener === 'function') return;
  throw new TypeError(`${where} takes an AbortSignal as its signal, as in { signal: controller.signal }`);
}

/**
 * Returns `options` if every field of it is one of `names`.
 * @param where the function whose options these are, as messages name it
 * @throws TypeError naming the first field that is unknown, or when `options` is no object
 */
export function knownOptions<O extends object>(options: O, names: readonly (keyof O & string)[], where: string): O {
  if (typeof options !== 'object' || options === null) throw new TypeError(`${where} takes an object of options`);
  aSignal((options as { signal?: unknown }).signal, where);
  const unknown = Object.keys(options).find((name) => !(names as readonly string[]).includes(name));
  if (unknown === undefined) return options;
  const belongs = Object.hasOwn(defaultParameters, unknown) && (names as readonly string[]).includes('parameters');
  const hint = belongs ? `: it is one of its parameters, as in { parameters: { ${unknown}: ... } }` : '';
  throw new TypeError(
    `${where} has no option ${JSON.stringify(unknown.slice(0, 60))}${hint || `; there are ${names.join(', ')}`}`,
  );
}
