/** Dense maps and general convolutions as matrix products over tiles of output pixels. */
import { CHECK_MODULUS, type Modulus } from '../../protocol/modulus.js';
import type { LinearMap } from '../../reference/linear-map.js';
import { multiplyChunks, multiplyFields } from '../jobs/multiply.js';
import { splitFields } from '../jobs/split.js';
import { integerPlan, type LimbPlan, largestWeight, limbPlan, paddedDepth } from '../kernels/bounds.js';
import type { Frame, KernelMemory } from '../memory.js';
import { tileFor } from '../team/tiles.js';
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
    const { kernels, team } = this.#memory;
    const { groups, terms, columns, inputChannels, outputChannels, windows } = this.#layout;
    const { limbs, bits, pairsPerSpill } = planes.plan;
    this.#forward ??= packWeights(this.#memory, this.#weights, this.#layout, false);
    const { pointer: packed, groupBytes, pairs } = this.#forward;

    const pixels = this.#layout.pixels * count;
    const rowPitch = paddedDepth(terms) * 2;
    const { tile, columnTile } = cutProduct(pixels, columns, groups, rowPitch * limbs, team.threads);
    const kernelScratch = Math.ceil(kernels.multiplyScratchBytes() / 16) * 16;
    const space = frame.perThread(kernelScratch + (windows === null ? 0 : tile * limbs * rowPitch));
    const args = multiplyFields.pack({
      geometry: this.#geometry,
      windows: Number(windows !== null),
      planes: planes.pointer,
      planePitch: planes.pitch,
      limbs,
      bits,
      pairsPerSpill,
      packed,
      groupBytes,
      pairs,
      terms,
      columns,
      inputChannels,
      outputChannels,
      pixels,
      groups,
      tile,
      columnTile,
      modulus,
      rowPitch,
      ...space,
      kernelScratch,
      out,
    });
    team.run('multiply', args, multiplyChunks(pixels, tile, columns, columnTile, groups));
  }

  transpose(s: number, out: number): void {
    const { kernels } = this.#memory;
    const { groups, pixels, terms, columns, inputs, outputs, inputChannels, outputChannels, windows } = this.#layout;
    const plan = limbPlan(this.#largestWeight, columns);
    const { limbs, bits, pairsPerSpill } = plan;
    this.#transposed ??= packWeights(this.#memory, this.#weights, this.#layout, true);
    const { pointer: packed, groupBytes, pairs } = this.#transposed;
    this.#memory.within((frame) => {
      const planes = this.#split(frame, s, outputs, CHECK_MODULUS, plan);
      const scratch = frame.space(kernels.multiplyScratchBytes());
      const tile = Math.min(tileOf(terms * 4), pixels);
      const spread = windows === null ? 0 : frame.space(tile * terms * 4);
      if (windows !== null) kernels.clear(out, inputs * 4);
      for (let first = 0; first < pixels; first += tile) {
        const some = Math.min(tile, pixels - first);
        for (let group = 0; group < groups; group++) {
          const rows = planes.pointer + (first * outputChannels + group * columns) * 2;
          const weights = packed + group * groupBytes;
          const to = windows === null ? out + (first * inputChannels + group * terms) * 4 : spread;
          const toPitch = windows === null ? inputChannels * 4 : terms * 4;
          kernels.multiply(
            rows,
            outputChannels * 2,
            planes.pitch,
            some,
            limbs,
            bits,
            weights,
            pairs,
            pairsPerSpill,
            terms,
            CHECK_MODULUS,
            to,
            toPitch,
            scratch,
          );
          if (windows !== null) kernels.scatter(this.#geometry, spread, terms * 4, group, first, some, out);
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
