/** Dense maps and convolutions as exact float32 matrix products on the backend. */

import { largestWeight } from '../../../model/bounds.js';
import { inputLength, outputLength } from '../../../model/linear-map.js';
import type { DeviceInput, DeviceOutput } from '../../../protocol/device.js';
import type { Mode } from '../wasm/messages.js';
import { chunksPerReduction, digitFactors, integerDigits } from './bounds.js';
import { Tensors, type TfjsCore, type TfjsTensor } from './core.js';
import type { Evaluation, Resume } from './evaluation.js';
import { addChunk, type Digits, reduce, writeIntegers, writeResidues } from './recombine.js';
import { inputDigits, type Shape } from './shape.js';
import { pixelsOf, type Tile, tilesOf } from './tiles.js';
import { Breath } from './turns.js';
import { type Chunk, chunkMatrix, chunksOf } from './weights.js';
import { type Phase, phasesOf, RowUnroller, type TapRow } from './windows.js';

interface LoadedChunk extends Chunk {
  /** [groups][terms][weight digits * groupOutputs]. */
  readonly matrix: TfjsTensor;
}

/** A tile that the backend works on: for each chunk the sums, not yet read. */
interface Started {
  readonly tile: Tile;
  readonly sums: readonly TfjsTensor[];
  readonly tensors: Tensors;
}

export class MatrixEvaluation implements Evaluation {
  readonly #tf: TfjsCore;
  readonly #shape: Shape;
  readonly #mode: Mode;
  readonly #digits: Digits;
  readonly #chunksPerReduction: number;
  readonly #phases: readonly Phase[];
  readonly #taps: readonly TapRow[];
  readonly #chunks: LoadedChunk[] = [];
  readonly #weights = new Tensors();
  readonly #tilePixels: number;

  /** Its backend must be the current one. `tensorEntries`: about how large the tensors of one tile may get. */
  constructor(tf: TfjsCore, shape: Shape, mode: Mode, tensorEntries: number) {
    this.#tf = tf;
    this.#shape = shape;
    this.#mode = mode;
    const { map } = shape;
    const { digits: input, largest } = inputDigits(map, mode);
    const weight = integerDigits(largestWeight(map.weights));
    this.#digits = { input, weight, factors: digitFactors(mode, input + weight - 1) };
    this.#chunksPerReduction = chunksPerReduction(mode, input, weight);
    const { phases, taps } = phasesOf(shape);
    this.#phases = phases;
    this.#taps = taps;
    const chunks = chunksOf(shape, weight, largest);
    const depth = Math.max(...chunks.map(({ from, to }) => to - from));
    const perPixel = input * Math.max(map.groups * depth, map.outputChannels * weight);
    this.#tilePixels = Math.max(1, Math.floor(tensorEntries / perPixel));
    try {
      for (const chunk of chunks) this.#chunks.push({ ...chunk, matrix: this.#upload(chunk) });
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #upload(chunk: Chunk): TfjsTensor {
    const { weight } = this.#digits;
    const { map, groupOutputs } = this.#shape;
    const dimensions = [map.groups, chunk.to - chunk.from, weight * groupOutputs];
    return this.#weights.add(this.#tf.tensor(chunkMatrix(this.#shape, chunk, weight), dimensions, 'float32'));
  }

  async apply(x: DeviceInput, count: number, resume: Resume): Promise<DeviceOutput> {
    const { map, output } = this.#shape;
    const length = outputLength(map) * count;
    const y = this.#mode === 'integers' ? new Int32Array(length) : new Uint32Array(length);
    const unroller = new RowUnroller(this.#shape, this.#mode, this.#digits.input);
    const breath = new Breath();
    // The backend works on one tile while the host prepares the next.
    let ahead: Started | undefined;
    try {
      for (const tile of tilesOf(x.length / inputLength(map), output.height, output.width, this.#tilePixels)) {
        resume();
        const started = this.#start(x, tile, unroller);
        const before = ahead;
        ahead = started;
        if (before !== undefined) await this.#finish(before, y);
        await breath.take();
      }
      if (ahead !== undefined) await this.#finish(ahead, y);
      ahead = undefined;
      resume();
    } finally {
      ahead?.tensors.dispose();
    }
    return y;
  }

  #start(x: DeviceInput, tile: Tile, unroller: RowUnroller): Started {
    const { map, rowTerms } = this.#shape;
    const tensors = new Tensors();
    const temporary = new Tensors();
    try {
      const sources = this.#phases.map((phase) => {
        const images = map.groups * this.#digits.input * tile.images;
        const dimensions = [images, tile.rows + phase.extra, tile.columns, rowTerms];
        return temporary.add(this.#tf.tensor(unroller.unroll(x, tile, phase), dimensions, 'float32'));
      });
      const sums = this.#chunks.map((chunk) => {
        const windows = this.#windows(sources, tile, chunk, temporary);
        return tensors.add(this.#tf.matMul(windows, chunk.matrix));
      });
      return { tile, sums, tensors };
    } catch (error) {
      tensors.dispose();
      throw error;
    } finally {
      temporary.dispose();
    }
  }

  /** The terms of one chunk for every pixel of the tile: [groups][digits * pixels][terms]. */
  #windows(sources: readonly TfjsTensor[], tile: Tile, { from, to }: Chunk, temporary: Tensors): TfjsTensor {
    const { map, rowTerms } = this.#shape;
    const images = map.groups * this.#digits.input * tile.images;
    const rows = this.#digits.input * pixelsOf(tile);
    const parts: TfjsTensor[] = [];
    this.#taps.forEach(({ phase, offset }, i) => {
      const begin = Math.max(0, from - i * rowTerms);
      const width = Math.min(rowTerms, to - i * rowTerms) - begin;
      if (width <= 0) return;
      const source = sources[phase]!;
      const whole = width === rowTerms && this.#phases[phase]!.extra === 0;
      const size = [images, tile.rows, tile.columns, width];
      const part = whole ? source : temporary.add(this.#tf.slice(source, [0, offset, 0, begin], size));
      parts.push(temporary.add(this.#tf.reshape(part, [map.groups, rows, width])));
    });
    return parts.length === 1 ? parts[0]! : temporary.add(this.#tf.concat(parts, 2));
  }

  async #finish({ tile, sums, tensors }: Started, y: Int32Array | Uint32Array): Promise<void> {
    try {
      const { map, output } = this.#shape;
      const pixels = pixelsOf(tile);
      const totals = new Float64Array(pixels * map.outputChannels);
      for (const [index, sum] of sums.entries()) {
        addChunk(totals, await sum.data(), pixels, this.#shape, this.#digits);
        if (this.#mode !== 'integers' && (index + 1) % this.#chunksPerReduction === 0) reduce(totals, this.#mode);
      }
      const first = (tile.image * output.height + tile.row) * output.width + tile.column;
      if (this.#mode === 'integers') writeIntegers(totals, y as Int32Array, first * map.outputChannels);
      else writeResidues(totals, this.#mode, y as Uint32Array, first * map.outputChannels);
    } finally {
      tensors.dispose();
    }
  }

  dispose(): void {
    this.#weights.dispose();
    this.#chunks.length = 0;
  }
}
