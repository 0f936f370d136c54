/** Exact comparison with the definition. */

import { inputLength, type LinearMap } from '../model/linear-map.js';
import { apply } from '../reference/apply.js';
import { modulo } from '../reference/field.js';
import type { Mode } from './vectors.js';

/** What the reference says L gives for each of the inputs in `x`, in canonical form for a modulus. */
export function expected(map: LinearMap, mode: Mode, x: Int16Array | Uint32Array): number[] {
  const size = inputLength(map);
  const result: number[] = [];
  for (let start = 0; start < x.length; start += size) {
    const y = apply(map, Array.from(x.subarray(start, start + size), BigInt));
    for (const value of y) result.push(Number(mode === 'integers' ? value : modulo(value, BigInt(mode))));
  }
  return result;
}

/** Null if the answer is of the promised type and equal in every entry; otherwise what is wrong. */
export function agree(answer: unknown, wanted: readonly number[], mode: Mode): string | null {
  const type = mode === 'integers' ? Int32Array : Uint32Array;
  if (!(answer instanceof type)) return `the answer is not an ${type.name}`;
  if (answer.length !== wanted.length) return `${answer.length} entries instead of ${wanted.length}`;
  const at = wanted.findIndex((value, index) => answer[index] !== value);
  return at < 0 ? null : `entry ${at} of ${wanted.length} is ${answer[at]} instead of ${wanted[at]}`;
}

/** True if the call rejects or throws within reasonable time. */
export async function rejects(work: () => Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 10_000);
  });
  const outcome = (async () => {
    try {
      await work();
      return false;
    } catch {
      return true;
    }
  })();
  try {
    return await Promise.race([outcome, silence]);
  } finally {
    clearTimeout(timer);
  }
}
