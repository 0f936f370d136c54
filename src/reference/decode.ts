/** The first thing that happens to a device's answer, before anything else reads it. */
import { isCanonical } from './field.js';

/** The answer as residues if it is an array of exactly `length` whole numbers in [0, p); otherwise null, a reject. */
export function decodeResidues(answer: unknown, length: number, p: bigint): bigint[] | null {
  const entries = decodeIntegers(answer, length);
  return entries?.every((value) => isCanonical(value, p)) ? entries : null;
}

/** The answer as integers if it is an array of exactly `length` whole numbers of 32 bits; otherwise null, a reject. */
export function decodeIntegers(answer: unknown, length: number): bigint[] | null {
  if (!Array.isArray(answer) || answer.length !== length) return null;
  const entries = answer.map((value) => (Number.isSafeInteger(value) ? BigInt(value) : null));
  const fits = (value: bigint | null): value is bigint => value !== null && value === BigInt.asIntN(32, value);
  return entries.every(fits) ? (entries as bigint[]) : null;
}
