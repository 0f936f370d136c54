/** Numbers to work on, the same in every run, and the place where results end. */

let state = 1;

/** Fills an array with whole numbers of a range. */
export function filled<A extends Int16Array | Int32Array | Uint32Array>(array: A, minimum: number, maximum: number): A {
  for (let i = 0; i < array.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    array[i] = minimum + Math.floor((state / 2 ** 32) * (maximum - minimum + 1));
  }
  return array;
}

let consumed = 0;

/** Takes a result, so that nothing measured is computed for nobody. */
export function consume(result: number): void {
  consumed = (consumed ^ result) | 0;
}

/** What all results together came to. */
export const consumedTotal = (): number => consumed;
