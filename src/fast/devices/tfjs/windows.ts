/**
 * The host's half of im2col: windows are unrolled along x here and along y on the device, which keeps what is uploaded at
 * kernel-width times the input instead of the whole kernel, and leaves the device nothing to do but slices of whole rows.
 *
 * Rows are sorted by their phase, (y mod stride), so that what a row of taps reads is a contiguous range of rows.
 */
import type { Mode } from '../wasm/messages.js';
import { splitInput } from './digits.js';
import type { Shape } from './shape.js';
import type { Tile } from './tiles.js';

/** One phase: padded rows y with y mod stride = phase, from the first to the last that some tap of the kernel reads. */
export interface Phase {
  readonly phase: number;
  /** Padded row `(row + first) * stride + phase` is row 0. */
  readonly first: number;
  /** Rows beyond those of the tile itself. */
  readonly extra: number;
}

/** Where the taps of kernel row i start: in which phase, and how many rows below its row 0. */
export interface TapRow {
  readonly phase: number;
  readonly offset: number;
}

/** What every row of taps reads, and the phases that are read at all. */
export function phasesOf({ map }: Shape): { phases: Phase[]; taps: TapRow[] } {
  const rows = Array.from({ length: map.kernel.height }, (_, i) => {
    const y = i * map.dilation.y;
    return { phase: y % map.stride.y, row: Math.floor(y / map.stride.y) };
  });
  const used = [...new Set(rows.map(({ phase }) => phase))];
  const phases = used.map((phase) => {
    const own = rows.filter((entry) => entry.phase === phase).map(({ row }) => row);
    const first = own[0]!;
    return { phase, first, extra: own.at(-1)! - first };
  });
  const taps = rows.map(({ phase, row }) => {
    const index = used.indexOf(phase);
    return { phase: index, offset: row - phases[index]!.first };
  });
  return { phases, taps };
}

/** Below this, a loop copies faster than a call. */
const SHORT_RUN = 24;

function copyRun(source: Float32Array, from: number, length: number, target: Float32Array, to: number): void {
  if (length >= SHORT_RUN) target.set(source.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) target[to + i] = source[from + i]!;
}

/** Unrolls rows of one input; holds the digits of one padded row. */
export class RowUnroller {
  readonly #shape: Shape;
  readonly #mode: Mode;
  readonly #digits: number;
  #row = new Float32Array(0);

  constructor(shape: Shape, mode: Mode, digits: number) {
    this.#shape = shape;
    this.#mode = mode;
    this.#digits = digits;
  }

  /** [groups][digits][images][tile.rows + extra][tile.columns][kernel width * groupInputs], zero where there is no pixel. */
  unroll(x: Int16Array | Uint32Array, tile: Tile, { phase, first, extra }: Phase): Float32Array {
    const { map, rowTerms } = this.#shape;
    const { input, stride, padding } = map;
    const rows = tile.rows + extra;
    const lineLength = tile.columns * rowTerms;
    const plane = tile.images * rows * lineLength;
    const result = new Float32Array(map.groups * this.#digits * plane);
    for (let image = 0; image < tile.images; image++) {
      for (let row = 0; row < rows; row++) {
        const y = (tile.row + first + row) * stride.y + phase - padding.top;
        if (y < 0 || y >= input.height) continue;
        const from = ((tile.image + image) * input.height + y) * input.width * input.channels;
        const pitch = this.#split(x, from, tile);
        this.#spread(pitch, tile.columns, result, (image * rows + row) * lineLength, plane);
      }
    }
    return result;
  }

  /** Brings the digits of the pixels that the tile's columns read into the row buffer, and returns its pitch. */
  #split(x: Int16Array | Uint32Array, from: number, { column, columns }: Tile): number {
    const { input, kernel, stride, dilation, padding } = this.#shape.map;
    const span = (columns - 1) * stride.x + (kernel.width - 1) * dilation.x + 1;
    const pitch = span * input.channels;
    if (this.#row.length !== pitch * this.#digits) this.#row = new Float32Array(pitch * this.#digits);
    const left = column * stride.x - padding.left;
    const begin = Math.max(0, left);
    const end = Math.min(input.width, left + span);
    // Everything outside of the image must be zero, and may hold another tile's pixels.
    if (begin !== left || end !== left + span) this.#row.fill(0);
    if (end <= begin) return pitch;
    const place = { planes: this.#row, pitch, at: (begin - left) * input.channels };
    const count = (end - begin) * input.channels;
    splitInput(x, from + begin * input.channels, count, this.#mode, this.#digits, place);
    return pitch;
  }

  #spread(pitch: number, columns: number, target: Float32Array, at: number, plane: number): void {
    const { map, groupInputs, rowTerms } = this.#shape;
    const { input, kernel, stride, dilation, groups } = map;
    // Neighbours in a window are neighbours in the row unless groups or gaps come between; likewise neighbouring windows.
    const together = groups === 1 && (kernel.width === 1 || dilation.x === 1);
    const whole = together && kernel.width === 1 && stride.x === 1;
    const windows = whole ? 1 : columns;
    const runs = together ? 1 : kernel.width;
    const length = whole ? columns * rowTerms : together ? rowTerms : groupInputs;
    for (let group = 0; group < groups; group++) {
      for (let digit = 0; digit < this.#digits; digit++) {
        const source = digit * pitch + group * groupInputs;
        const start = at + (group * this.#digits + digit) * plane;
        for (let window = 0; window < windows; window++) {
          for (let run = 0; run < runs; run++) {
            const from = source + (window * stride.x + run * dilation.x) * input.channels;
            copyRun(this.#row, from, length, target, start + window * rowTerms + run * groupInputs);
          }
        }
      }
    }
  }
}
