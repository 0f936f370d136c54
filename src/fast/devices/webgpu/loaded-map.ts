/** A map that is applied: calls are checked, cut into pieces, and put together again. */

import type { DeviceInput, LoadedMap } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { inputCount } from '../input-count.js';
import type { Connection } from './connection.js';
import { destroyBlocks, type ResidentMap } from './resident-map.js';
import { runPiece } from './run-piece.js';
import { pieces } from './tiles.js';

/** One call carries at most so many bytes in or out: what a typed array holds without trouble anywhere. */
export const MAXIMUM_TRANSFER_BYTES = 2 ** 30;

/** Pieces of one call that are under way at once: one is staged while another is computed. */
const PIECES_AT_ONCE = 3;

export class WebgpuMap implements LoadedMap {
  readonly #connection: Connection;
  readonly #map: ResidentMap;
  readonly #fewRows: number;
  readonly #piece: { inputs: number; outRows: number };
  readonly #inputs: number;
  readonly #outputs: number;
  #calls = 0;
  #released = false;

  constructor(connection: Connection, map: ResidentMap, piece: { inputs: number; outRows: number }, fewRows: number) {
    const { height, width, channels, outHeight, outWidth, outChannels } = map.plan.geometry;
    this.#connection = connection;
    this.#map = map;
    this.#fewRows = fewRows;
    this.#piece = piece;
    this.#inputs = height * width * channels;
    this.#outputs = outHeight * outWidth * outChannels;
  }

  async apply(x: DeviceInput): Promise<Int32Array | Uint32Array> {
    if (this.#released) throw new DeviceError('The map was released and cannot be applied any more.');
    this.#connection.check();
    const integers = this.#map.plan.mode === 'integers';
    const count = inputCount(x, {
      mode: this.#map.plan.mode,
      inputs: this.#inputs,
      outputs: this.#outputs,
      maximumTransferBytes: MAXIMUM_TRANSFER_BYTES,
    });
    this.#calls++;
    try {
      const y = integers ? new Int32Array(this.#outputs * count) : new Uint32Array(this.#outputs * count);
      await this.#runAll(x, y, count);
      return y;
    } finally {
      this.#calls--;
      this.#free();
    }
  }

  async #runAll(x: DeviceInput, y: Int32Array | Uint32Array, count: number): Promise<void> {
    const underWay: Promise<void>[] = [];
    try {
      for (const piece of pieces(this.#map.plan, this.#piece, count)) {
        if (underWay.length === PIECES_AT_ONCE) await underWay.shift();
        this.#connection.check();
        underWay.push(runPiece(this.#connection, this.#map, piece, x, y, this.#fewRows));
      }
      await Promise.all(underWay);
    } finally {
      // After a failure the others fail too, and nobody else would hear of it.
      await Promise.allSettled(underWay);
    }
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#free();
  }

  /** Calls that are under way may still submit work. */
  #free(): void {
    if (this.#released && this.#calls === 0) destroyBlocks(this.#map.blocks);
  }
}
