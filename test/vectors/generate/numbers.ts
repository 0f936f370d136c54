/** Repeatable numbers for the vectors. Not randomness: nothing secret may ever come from here. */

/** Whole numbers that follow from a name: a 64-bit linear congruence, its upper half. */
export class Numbers {
  #state: bigint;

  constructor(name: string) {
    this.#state = [...name].reduce((sum, letter) => BigInt.asUintN(64, sum * 257n + BigInt(letter.charCodeAt(0))), 1n);
  }

  next(): number {
    this.#state = BigInt.asUintN(64, this.#state * 6364136223846793005n + 1442695040888963407n);
    return Number(this.#state >> 33n);
  }

  between(minimum: number, maximum: number): number {
    return minimum + (this.next() % (maximum - minimum + 1));
  }

  oneOf<T>(values: readonly T[]): T {
    return values[this.next() % values.length]!;
  }

  /** `length` numbers, one in three of them an edge of the range. */
  list(length: number, minimum: number, maximum: number): number[] {
    const edges = [minimum, maximum, 0, 1, -1].filter((value) => value >= minimum && value <= maximum);
    return Array.from({ length }, () => (this.next() % 3 === 0 ? this.oneOf(edges) : this.between(minimum, maximum)));
  }

  /** Endless bytes, with runs of 0xff now and then, so that sampling has something to reject. */
  *bytes(): Generator<number, never> {
    for (;;) {
      if (this.between(0, 39) === 0) yield* [0xff, 0xff, 0xff, 0xff];
      else yield this.between(0, 255);
    }
  }
}

/** Passes bytes on and keeps them. */
export class Recorder implements Iterator<number> {
  readonly #source: Iterator<number>;
  readonly taken: number[] = [];

  constructor(source: Iterator<number>) {
    this.#source = source;
  }

  next(): IteratorResult<number> {
    const step = this.#source.next();
    if (!step.done) this.taken.push(step.value);
    return step;
  }
}

/** Bytes as the vectors write them. */
export const toHex = (bytes: readonly number[]): string =>
  bytes.map((value) => value.toString(16).padStart(2, '0')).join('');

export const integers = (values: readonly number[]): bigint[] => values.map(BigInt);
export const plain = (values: readonly bigint[]): number[] => values.map(Number);
