/** Linear layers that the trusted side computes itself. */

import { inputLength, outputLength } from '../model/linear-map.js';
import type { LinearOperation } from '../model/quantized-network.js';
import {
  type Costs,
  type Finish,
  finishedLength,
  Own,
  type TrustedArithmetic,
  type TrustedMap,
} from '../protocol/index.js';

/** The layers' maps, made ready once. */
export class InsideLayers {
  readonly #arithmetic: TrustedArithmetic;
  readonly #maps: ReadonlyMap<number, TrustedMap>;

  /** @param layers the linear layers of a network @param inside the numbers of those that are computed here */
  constructor(arithmetic: TrustedArithmetic, layers: readonly LinearOperation[], inside: Iterable<number>) {
    this.#arithmetic = arithmetic;
    this.#maps = new Map(Array.from(inside, (index) => [index, arithmetic.load(layers[index]!.map)]));
  }

  /** Applies every map once: weights are laid out for the kernels when they are first needed, and no run shall wait for that. */
  warmUp(layers: readonly LinearOperation[]): void {
    for (const [index, trusted] of this.#maps) {
      const { map } = layers[index]!;
      const x = this.#arithmetic.allocate('i16', inputLength(map));
      const y = this.#arithmetic.allocate('i32', outputLength(map));
      trusted.applyIntegers(x, y);
      this.#arithmetic.release(x);
      this.#arithmetic.release(y);
    }
  }

  /** finish(L(x)) of layer `index` for `images` inputs back to back, in new trusted memory. */
  run(
    { map }: LinearOperation,
    index: number,
    x: Int16Array,
    images: number,
    finish: Finish,
    costs: Costs,
  ): Own<Int16Array | Int32Array> {
    const started = performance.now();
    const outputs = outputLength(map);
    const y = this.#arithmetic.allocate('i32', outputs * images, 'anything');
    const length = finishedLength(finish, outputs);
    const out = this.#arithmetic.allocate(finish.requantization === null ? 'i32' : 'i16', length * images, 'anything');
    this.#maps.get(index)!.applyIntegers(x, y);
    this.#arithmetic.finish(y, images, finish, out);
    this.#arithmetic.release(y, 'keep');
    costs.insideMs += performance.now() - started;
    return new Own(out);
  }

  /** Frees the maps. */
  release(): void {
    for (const map of this.#maps.values()) map.release();
  }
}
