/** Repeatable numbers for test vectors. Not randomness: nothing secret may ever come from here. */

/** Whole numbers that follow from a seed (the mulberry32 recurrence). */
export class Numbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next 32 bits. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from `minimum` to `maximum`. */
  between(minimum: number, maximum: number): number {
    return minimum + (this.next() % (maximum - minimum + 1));
  }

  /** One of the given values. */
  oneOf<T>(values: readonly T[]): T {
    return values[this.next() % values.length]!;
  }

  /** An edge in one case of three, any number of the range otherwise. */
  edgy(minimum: number, maximum: number, edges: readonly number[]): number {
    const inside = edges.filter((value) => value >= minimum && value <= maximum);
    return inside.length > 0 && this.next() % 3 === 0 ? this.oneOf(inside) : this.between(minimum, maximum);
  }
}
