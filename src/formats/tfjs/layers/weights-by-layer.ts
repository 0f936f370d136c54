/** The weights of a layers model by the layers that they belong to. */

import { fail, shown } from '../../shared/fail.js';
import type { Constant } from '../constant.js';
import type { Weights } from '../weights.js';

export class WeightsByLayer {
  readonly #byName: ReadonlyMap<string, Constant | null>;

  constructor(weights: Weights) {
    const byName = new Map<string, Constant | null>();
    for (const [name, constant] of weights) {
      byName.set(name, constant);
      // Some exporters put the name of an inner cell before the weight's own.
      const parts = name.split('/');
      const short = [...parts.slice(0, -2), parts.at(-1)!].join('/');
      if (parts.length > 2 && !weights.has(short)) byName.set(short, constant);
    }
    this.#byName = byName;
  }

  /** The weight of that name, or undefined when the file has none. */
  of(layer: string, weight: string): Constant | undefined {
    const name = `${layer}/${weight}`;
    const found = this.#byName.get(name);
    return found === null ? fail(`the weight ${shown(name)} holds no numbers`) : found;
  }
}
