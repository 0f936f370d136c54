/** How the importer's parts refuse: a clause without its place, which is put in front where it is known. */
import { ModelError } from '../../model/errors.js';

/** @throws ModelError the clause as a sentence */
export function fail(why: string): never {
  throw new ModelError(`${why}.`);
}

/** Runs a part of the import and says where it was when it is refused. */
export function located<T>(where: string, part: () => T): T {
  try {
    return part();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new ModelError(`${where} cannot be used: ${error.message}`);
  }
}

/** A name of the file as messages show it: short, and one line. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}
