/** Everything that can happen over a tiny field, one by one: the calculator's formulas are held against these counts. */

/** All vectors over the entries, in order. */
export function vectors(entries: readonly number[], length: number): number[][] {
  let all: number[][] = [[]];
  for (let position = 0; position < length; position++) {
    all = all.flatMap((vector) => entries.map((entry) => [...vector, entry]));
  }
  return all;
}

/** 0, 1, ... */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** The errors that are wrong somewhere. */
export function errors(q: number, length: number): number[][] {
  return vectors(range(q), length).filter((vector) => vector.some((entry) => entry !== 0));
}

/** Every challenge of |Y| = rows * columns entries: drawn entry by entry, or as a (x) b. */
export function challenges(
  set: readonly number[],
  shape: { readonly rows: number; readonly columns: number },
  structure: 'full' | 'rank-one',
): number[][] {
  const { rows, columns } = shape;
  if (structure === 'full') return vectors(set, rows * columns);
  const lefts = vectors(set, rows);
  const rights = vectors(set, columns);
  return lefts.flatMap((a) => rights.map((b) => a.flatMap((entry) => b.map((other) => entry * other))));
}

/** True if the challenge cannot tell the error from none. */
export function misses(challenge: readonly number[], error: readonly number[], q: number): boolean {
  let sum = 0;
  for (let index = 0; index < error.length; index++) sum += challenge[index]! * error[index]!;
  return sum % q === 0;
}

/** How many of the k-tuples of challenges miss the error every time, counted tuple by tuple. */
export function missedBy(all: readonly number[][], error: readonly number[], q: number, k: number): number {
  const miss = all.map((challenge) => misses(challenge, error, q));
  const from = (repetition: number): number => {
    if (repetition === k) return 1;
    let count = 0;
    for (let index = 0; index < miss.length; index++) if (miss[index]) count += from(repetition + 1);
    return count;
  };
  return from(0);
}
