/** One filter per channel: evaluated directly, vectors over channels. */

import { type Convolution, inputLength, outputExtent, outputLength } from '../../../model/linear-map.js';
import { CHECK_MODULUS, type Modulus } from '../../../model/modulus.js';
import { depthwiseFields, GEOMETRY_LENGTH } from '../jobs/depthwise.js';
import type { KernelMemory } from '../memory.js';
import { rowsFor } from '../team/team.js';
import { geometryOf } from './layout.js';
import { packFilters } from './packing.js';
import type { PreparedMap } from './prepared-map.js';

/** A source address and a weight address. */
const TAP_BYTES = 8;

export class DepthwiseMap implements PreparedMap {
  readonly #memory: KernelMemory;
  readonly #inputs: number;
  readonly #outputs: number;
  readonly #outputRows: number;
  readonly #tapPitch: number;
  readonly #listBytes: number;
  readonly #geometry: number;
  readonly #filters: number;

  constructor(memory: KernelMemory, map: Convolution) {
    const taps = map.kernel.height * map.kernel.width;
    const geometry = geometryOf(map);
    this.#memory = memory;
    this.#inputs = inputLength(map);
    this.#outputs = outputLength(map);
    this.#outputRows = outputExtent(map).height;
    this.#tapPitch = map.input.channels * 2;
    this.#listBytes = taps * TAP_BYTES;
    this.#geometry = memory.take(geometry.byteLength);
    memory.write(this.#geometry, geometry);
    this.#filters = packFilters(memory, map.weights, map.input.channels, taps);
  }

  applyModulo(x: number, count: number, modulus: Modulus, out: number): void {
    this.#apply(x, 4, count, modulus, out);
  }

  applyIntegers(x: number, count: number, out: number): void {
    this.#apply(x, 2, count, 0, out);
  }

  #apply(x: number, entryBytes: number, count: number, modulus: Modulus | 0, out: number): void {
    const { team } = this.#memory;
    const rows = rowsFor(this.#outputRows, this.#outputs / this.#outputRows, count, team.threads);
    this.#memory.within((frame) => {
      const space = frame.perThread(GEOMETRY_LENGTH * 4 + TAP_BYTES + this.#listBytes);
      const args = depthwiseFields.pack({
        geometry: this.#geometry,
        x,
        inputBytes: this.#inputs * entryBytes,
        filters: this.#filters,
        tapPitch: this.#tapPitch,
        modulus,
        ...space,
        out,
        rows,
      });
      team.run('depthwise', args, count * Math.ceil(this.#outputRows / rows));
    });
  }

  transpose(s: number, out: number): void {
    const { kernels } = this.#memory;
    this.#memory.within((frame) => {
      const list = frame.space(this.#listBytes);
      kernels.depthwiseTransposed(this.#geometry, s, this.#filters, this.#tapPitch, CHECK_MODULUS, list, out);
    });
  }

  forgetTranspose(): void {}

  release(): void {
    this.#memory.give(this.#geometry);
    this.#memory.give(this.#filters);
  }
}
