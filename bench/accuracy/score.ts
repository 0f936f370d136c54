/** From logits to counts. */

/** The class with the largest logit; of equals the first. */
export function topClass(logits: ArrayLike<number>): number {
  let top = 0;
  for (let index = 1; index < logits.length; index++) if (logits[index]! > logits[top]!) top = index;
  return top;
}

/** How many pictures are classified right. */
export function rightCount(logits: readonly ArrayLike<number>[], classes: Uint8Array): number {
  return logits.filter((values, at) => topClass(values) === classes[at]).length;
}

/** How many pictures two evaluations put in different classes. */
export function disagreeingCount(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  return a.filter((values, at) => topClass(values) !== topClass(b[at]!)).length;
}

/** How many pictures have any logit that differs. @throws RangeError when one has other pictures than the other */
export function differingCount(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} pictures cannot be compared with ${b.length}`);
  const differs = (left: ArrayLike<number>, right: ArrayLike<number>): boolean =>
    left.length !== right.length || Array.from(left).some((value, index) => value !== right[index]);
  return a.filter((values, at) => differs(values, b[at]!)).length;
}

/** The largest distance of two evaluations' logits. */
export function largestDistance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let largest = 0;
  a.forEach((values, at) => {
    for (let index = 0; index < values.length; index++) {
      largest = Math.max(largest, Math.abs(values[index]! - b[at]![index]!));
    }
  });
  return largest;
}

/** In percent, without the noise of floating point. */
export const percent = (part: number, whole: number): number => Number(((100 * part) / whole).toFixed(6));
