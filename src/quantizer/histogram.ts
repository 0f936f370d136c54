/** How often which values occur, of any number of values in memory that does not grow with them. */
import { ModelError } from '../model/errors.js';
import type { Range } from './ranges.js';

/** Bins on each side of zero. */
const SIDE = 2048;

/**
 * Counts in bins of equal width, the width a power of two: bin i holds the values from i * width up to (i + 1) * width, for i
 * from -2048 to 2047. When a value lies outside, the width is doubled and bins are joined in pairs; edges stay edges, so
 * counts are exact whatever the order of the values. The smallest and the largest value are kept exactly.
 */
export class Histogram {
  readonly #tensor: string;
  #counts = new Float64Array(2 * SIDE);
  /** 0 until there is a value other than zero. */
  #width = 0;
  #zeros = 0;
  #total = 0;
  #minimum = 0;
  #maximum = 0;

  /** @param tensor whose values are counted, for messages */
  constructor(tensor: string) {
    this.#tensor = tensor;
  }

  /** How many values there were. */
  get total(): number {
    return this.#total;
  }

  /** How many of them were exactly zero; they are in no bin. */
  get zeros(): number {
    return this.#zeros;
  }

  /** The smallest range that includes zero and every value. */
  get range(): Range {
    return { minimum: this.#minimum, maximum: this.#maximum };
  }

  /** The width of a bin; 0 if every value was zero. */
  get width(): number {
    return this.#width;
  }

  /** The number of the lowest bin that is not empty, its count, and so on upwards. */
  *bins(): Generator<readonly [bin: number, count: number]> {
    for (let index = 0; index < this.#counts.length; index++) {
      const count = this.#counts[index]!;
      if (count > 0) yield [index - SIDE, count];
    }
  }

  /** @throws ModelError when a value is not finite */
  add(values: Float32Array): void {
    let { minimum, maximum } = this.range;
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (!Number.isFinite(value)) throw new ModelError(`The tensor "${this.#tensor}" is not finite.`);
      if (value < minimum) minimum = value;
      else if (value > maximum) maximum = value;
    }
    this.#minimum = minimum;
    this.#maximum = maximum;
    this.#widen(Math.max(-minimum, maximum));
    this.#total += values.length;
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (value === 0) this.#zeros++;
      else this.#counts[Math.floor(value / this.#width) + SIDE]!++;
    }
  }

  /** Makes bins wide enough for values up to `largest` on either side, itself not included. */
  #widen(largest: number): void {
    if (largest === 0) return;
    // Float32 values are multiples of 2^-149, so this width, from 2^-159 on, is an exact double, and so are quotients by it.
    if (this.#width === 0) this.#width = 2 ** (Math.floor(Math.log2(largest)) - 10);
    while (largest >= SIDE * this.#width) {
      const joined = new Float64Array(2 * SIDE);
      for (let index = 0; index < joined.length; index++) joined[(index >> 1) + SIDE / 2]! += this.#counts[index]!;
      this.#counts = joined;
      this.#width *= 2;
    }
  }
}
