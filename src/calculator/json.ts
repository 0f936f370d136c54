/** A calculation as JSON: fractions and counts of any size as decimal text. */
import type { Calculation } from './calculation.js';

/** A value as JSON.parse gives it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Bigints become decimal strings, infinite bits null; everything else stays as it is. */
export function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toJson(entry)]));
  }
  return value as Json;
}

/** The whole calculation; an error of 0 has bits null. */
export function calculationToJson(calculation: Calculation): Json {
  return toJson(calculation);
}
