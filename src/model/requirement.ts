/** How what is wrong with a network is said. */
import { ModelError } from './errors.js';

export function fail(where: string, problem: string): never {
  throw new ModelError(`${where}: ${problem}.`);
}

/** Fails unless it holds. */
export function require(holds: boolean, where: string, problem: string): asserts holds {
  if (!holds) fail(where, problem);
}
