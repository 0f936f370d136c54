/** Copies a map's weights into the kernels' memory in the order the kernels read them. */
import { paddedDepth } from '../kernels/bounds.js';
import type { KernelMemory } from '../memory.js';
import type { Layout } from './layout.js';

/** How much of the raw weights is brought over at a time. */
const CHUNK_BYTES = 2 ** 20;

/** Weights ready for `multiply`; each group's block starts `groupBytes` after the one before. */
export interface PackedWeights {
  readonly pointer: number;
  readonly groupBytes: number;
  /** Padded depth / 2. */
  readonly pairs: number;
}

/** Calls `place` with the address of `rows` raw rows, `first` and on, until all rows of the group were there. */
function eachChunk(
  memory: KernelMemory,
  weights: Int16Array,
  rowCount: number,
  terms: number,
  place: (source: number, first: number, rows: number) => void,
): void {
  const step = Math.max(1, Math.floor(CHUNK_BYTES / (terms * 2)));
  memory.within((frame) => {
    const source = frame.space(Math.min(step, rowCount) * terms * 2);
    for (let first = 0; first < rowCount; first += step) {
      const rows = Math.min(step, rowCount - first);
      memory.write(source, weights.subarray(first * terms, (first + rows) * terms));
      place(source, first, rows);
    }
  });
}

/** Packs the weights for L, or for its transpose, where outputs are the depth and terms the columns. */
export function packWeights(
  memory: KernelMemory,
  weights: Int16Array,
  { groups, columns: rows, terms }: Layout,
  transposed: boolean,
): PackedWeights {
  const [depth, columns] = transposed ? [rows, terms] : [terms, rows];
  const groupBytes = Math.ceil(columns / 8) * 8 * paddedDepth(depth) * 2;
  const pairs = paddedDepth(depth) / 2;
  const pointer = memory.take(groupBytes * groups);
  for (let group = 0; group < groups; group++) {
    const part = weights.subarray(group * rows * terms, (group + 1) * rows * terms);
    eachChunk(memory, part, rows, terms, (source, first, count) =>
      memory.kernels.pack(source, first, count, terms, pairs, Number(transposed), pointer + group * groupBytes),
    );
  }
  return { pointer, groupBytes, pairs };
}

/** Packs one filter per channel as [tap][channel]. */
export function packFilters(memory: KernelMemory, weights: Int16Array, channels: number, taps: number): number {
  const pointer = memory.take(channels * taps * 2);
  eachChunk(memory, weights, channels, taps, (source, first, count) =>
    memory.kernels.packTaps(source, first, count, taps, channels, pointer),
  );
  return pointer;
}
