/** The two blocks of numbers that every kernel reads, in WGSL and in TypeScript, in one order. */
import type { Geometry } from '../geometry.js';

/** What one kernel needs of a map beside its geometry; a map has several when its weights need several buffers. */
export interface Block {
  /** Words of four entries per pixel, and per output. */
  readonly channelWords: number;
  readonly words: number;
  /** Words (matrix, vector) or terms (direct) that are summed before a reduction. */
  readonly reduceAfter: number;
  readonly inputShift: number;
  readonly weightShift: number;
  /** The output channels whose weights are in the buffer. */
  readonly firstChannel: number;
  readonly channelCount: number;
  /** Where in the weights buffer the constants of the channels begin. */
  readonly constantsAt: number;
  /** These are the high digits of the weights; the low digits' results are there already. */
  readonly highDigit: boolean;
}

/** The part of a call that one dispatch computes: whole inputs, or rows of one. */
export interface Tile {
  readonly inputs: number;
  readonly firstOutRow: number;
  readonly outRows: number;
  readonly firstInRow: number;
  readonly inRows: number;
}

export const SHAPE_BYTES = 128;
export const TILE_BYTES = 32;

export const structures = /* wgsl */ `
struct Shape {
  height: u32, width: u32, channels: u32, kernelHeight: u32,
  kernelWidth: u32, strideY: u32, strideX: u32, dilationY: u32,
  dilationX: u32, padTop: u32, padLeft: u32, groups: u32,
  outHeight: u32, outWidth: u32, outChannels: u32, channelWords: u32,
  words: u32, reduceAfter: u32, inputShift: i32, weightShift: i32,
  firstChannel: u32, channelCount: u32, constantsAt: u32, highDigit: u32,
}
struct Tile {
  inputs: u32, firstOutRow: u32, outRows: u32, firstInRow: u32,
  inRows: u32, rows: u32, stride: u32, unused: u32,
}
`;

/** A `Shape`. */
export function shapeNumbers(shape: Geometry, block: Block): Int32Array {
  return Int32Array.of(
    shape.height,
    shape.width,
    shape.channels,
    shape.kernelHeight,
    shape.kernelWidth,
    shape.strideY,
    shape.strideX,
    shape.dilationY,
    shape.dilationX,
    shape.padTop,
    shape.padLeft,
    shape.groups,
    shape.outHeight,
    shape.outWidth,
    shape.outChannels,
    block.channelWords,
    block.words,
    block.reduceAfter,
    block.inputShift,
    block.weightShift,
    block.firstChannel,
    block.channelCount,
    block.constantsAt,
    block.highDigit ? 1 : 0,
  );
}

/** A `Tile`; `stride` is how many workgroups lie side by side where a kernel's are laid out in rows. */
export function tileNumbers(tile: Tile, outWidth: number, stride: number): Int32Array {
  const rows = tile.inputs * tile.outRows * outWidth;
  return Int32Array.of(tile.inputs, tile.firstOutRow, tile.outRows, tile.firstInRow, tile.inRows, rows, stride, 0);
}
