/** Dense maps and general convolutions as matrix products over tiles of output pixels. */

import { largestWeight } from '../../../model/bounds.js';
import type { LinearMap } from '../../../model/linear-map.js';
import { CHECK_MODULUS, type Modulus } from '../../../model/modulus.js';
import { multiplyChunks, multiplyFields } from '../jobs/multiply.js';
import { splitFields } from '../jobs/split.js';
import { integerPlan, type LimbPlan, limbPlan, paddedDepth } from '../kernels/bounds.js';
import type { Frame, KernelMemory } from '../memory.js';
import { tileFor } from '../team/team.js';
import { cutProduct, tileOf } from './cut-product.js';
import { geometryOf, type Layout, layoutOf } from './layout.js';
import { type PackedWeights, packWeights } from './packing.js';
import type { PreparedMap } from './prepared-map.js';

/** Entries cut into limbs at a time. */
const SPLIT_ENTRIES = 8192;

/** Where the limbs of some entries lie: limb l of entry i at pointer + l * pitch + 2 * i. */
interface Planes {
  readonly pointer: number;
  readonly pitch: number;
  readonly plan: LimbPlan;
}

/** A product of rows and packed columns, as the job `multiply` takes it. */
interface ProductShape {
  readonly windows: boolean;
  readonly packed: number;
  readonly groupBytes: number;
  readonly pairs: number;
  readonly terms: number;
  readonly columns: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly pixels: number;
  readonly groups: number;
  readonly modulus: Modulus | 0;
  readonly rowPitch: number;
  readonly out: number;
}

export class MatrixMap implements PreparedMap {
  readonly #memory: KernelMemory;
  readonly #layout: Layout;
  readonly #geometry: number;
  readonly #largestWeight: number;
  readonly #weights: Int16Array;
  #forward: PackedWeights | undefined;
  #transposed: PackedWeights | undefined;

  constructor(memory: KernelMemory, map: LinearMap) {
    this.#memory = memory;
    this.#layout = layoutOf(map);
    this.#weights = map.weights;
    this.#largestWeight = largestWeight(map.weights);
    const { windows } = this.#layout;
    const geometry = windows === null ? new Int32Array(0) : geometryOf(windows);
    this.#geometry = memory.take(geometry.byteLength);
    memory.write(this.#geometry, geometry);
  }

  applyModulo(x: number, count: number, modulus: Modulus, out: number): void {
    const { inputs, outputs, terms, windows } = this.#layout;
    const plan = limbPlan(this.#largestWeight, terms);
    // Without windows, several inputs are just more rows.
    const together = windows === null ? count : 1;
    for (let i = 0; i < count; i += together) {
      this.#memory.within((frame) => {
        const planes = this.#split(frame, x + i * inputs * 4, inputs * together, modulus, plan);
        this.#multiply(frame, planes, together, modulus, out + i * outputs * 4);
      });
    }
  }

  applyIntegers(x: number, count: number, out: number): void {
    const { inputs, outputs, terms, windows } = this.#layout;
    const plan = integerPlan(terms);
    const together = windows === null ? count : 1;
    for (let i = 0; i < count; i += together) {
      this.#memory.within((frame) => {
        const planes = { pointer: x + i * inputs * 2, pitch: 0, plan };
        this.#multiply(frame, planes, together, 0, out + i * outputs * 4);
      });
    }
  }

  #split(frame: Frame, x: number, count: number, modulus: Modulus, plan: LimbPlan): Planes {
    const { team } = this.#memory;
    // Rows are read up to a padded depth, so the last row of each plane needs room behind it.
    const pitch = Math.ceil(count / 8) * 16 + 16;
    const planes = frame.space(pitch * plan.limbs);
    const { limbs, bits } = plan;
    const tile = tileFor(count, SPLIT_ENTRIES, team.threads);
    team.run(
      'split',
      splitFields.pack({ x, count, modulus, limbs, bits, planes, pitch, tile }),
      Math.ceil(count / tile),
    );
    return { pointer: planes, pitch, plan };
  }

  #multiply(frame: Frame, planes: Planes, count: number, modulus: Modulus | 0, out: number): void {
    const { groups, terms, columns, inputChannels, outputChannels, windows } = this.#layout;
    this.#forward ??= packWeights(this.#memory, this.#weights, this.#layout, false);
    const { pointer: packed, groupBytes, pairs } = this.#forward;

    this.#product(frame, planes, {
      windows: windows !== null,
      packed,
      groupBytes,
      pairs,
      terms,
      columns,
      inputChannels,
      outputChannels,
      pixels: this.#layout.pixels * count,
      groups,
      modulus,
      rowPitch: paddedDepth(terms) * 2,
      out,
    });
  }

  #product(frame: Frame, { pointer, pitch, plan }: Planes, shape: ProductShape): void {
    const { kernels, team } = this.#memory;
    const { windows, pixels, columns, groups, rowPitch } = shape;
    const { limbs, bits, pairsPerSpill } = plan;
    const { tile, columnTile } = cutProduct(pixels, columns, groups, rowPitch * limbs, team.threads);
    const kernelScratch = Math.ceil(kernels.multiplyScratchBytes() / 16) * 16;
    const space = frame.perThread(kernelScratch + (windows ? tile * limbs * rowPitch : 0));
    const args = multiplyFields.pack({
      ...shape,
      geometry: this.#geometry,
      windows: Number(windows),
      planes: pointer,
      planePitch: pitch,
      limbs,
      bits,
      pairsPerSpill,
      tile,
      columnTile,
      scratch: space.scratch,
      scratchPitch: space.scratchPitch,
      kernelScratch,
    });
    team.run('multiply', args, multiplyChunks(pixels, tile, columns, columnTile, groups));
  }

  transpose(s: number, out: number): void {
    const { kernels, team } = this.#memory;
    const { groups, pixels, terms, columns, inputs, outputs, inputChannels, outputChannels, windows } = this.#layout;
    const plan = limbPlan(this.#largestWeight, columns);
    this.#transposed ??= packWeights(this.#memory, this.#weights, this.#layout, true);
    const { pointer: packed, groupBytes, pairs } = this.#transposed;
    const modulus: Modulus = CHECK_MODULUS;
    const shape = { windows: false, groupBytes, pairs, terms: columns, columns: terms, modulus };
    const turned = { ...shape, inputChannels: outputChannels, rowPitch: paddedDepth(columns) * 2 };
    this.#memory.within((frame) => {
      const planes = this.#split(frame, s, outputs, CHECK_MODULUS, plan);
      if (windows === null) {
        this.#product(frame, planes, { ...turned, packed, outputChannels: inputChannels, pixels, groups, out });
        return;
      }
      // What the windows of a tile give is added up by one thread: they overlap.
      const tile = Math.min(tileOf(terms * 4) * team.threads, pixels);
      const spread = frame.space(tile * terms * 4);
      kernels.clear(out, inputs * 4);
      for (let first = 0; first < pixels; first += tile) {
        const some = Math.min(tile, pixels - first);
        for (let group = 0; group < groups; group++) {
          const rows = { ...planes, pointer: planes.pointer + (first * outputChannels + group * columns) * 2 };
          this.#memory.within((inner) => {
            const one = { packed: packed + group * groupBytes, outputChannels: terms, pixels: some, groups: 1 };
            this.#product(inner, rows, { ...turned, ...one, out: spread });
          });
          kernels.scatter(this.#geometry, spread, terms * 4, group, first, some, out);
        }
      }
    });
  }

  forgetTranspose(): void {
    if (this.#transposed !== undefined) this.#memory.give(this.#transposed.pointer);
    this.#transposed = undefined;
  }

  release(): void {
    this.#memory.give(this.#geometry);
    if (this.#forward !== undefined) this.#memory.give(this.#forward.pointer);
    this.#forward = undefined;
    this.forgetTranspose();
  }
}
