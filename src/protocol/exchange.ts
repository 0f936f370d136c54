/** Memory that the device may see: messages go out in it and, where the device can write to it, answers come in. */
import type { DeviceInput, DeviceOutput } from './device.js';

/** How many places wait for their next use. */
const MOST_IDLE = 8;

/** The most bytes that one image needs, over all layers. */
export interface ExchangeSizes {
  readonly messageBytes: number;
  readonly answerBytes: number;
}

/** Where one call's message lies, and its answer if the device fills shared memory. Never part of trusted memory. */
export class Place {
  readonly images: number;
  readonly #shared: boolean;
  readonly #sizes: ExchangeSizes;
  #out: ArrayBufferLike | null = null;
  #in: ArrayBufferLike | null = null;

  constructor(images: number, shared: boolean, sizes: ExchangeSizes) {
    this.images = images;
    this.#shared = shared;
    this.#sizes = sizes;
  }

  /** Room for a message; new if the device took the last one's memory away. */
  message(kind: 'i16' | 'u32', length: number): DeviceInput {
    const bytes = this.#sizes.messageBytes * this.images;
    if (this.#out === null || this.#out.byteLength !== bytes) this.#out = this.#make(bytes);
    return kind === 'i16' ? new Int16Array(this.#out, 0, length) : new Uint32Array(this.#out, 0, length);
  }

  /** Where the device may write its answer; undefined when it must bring its own memory. */
  answer(kind: 'i32' | 'u32', length: number): DeviceOutput | undefined {
    if (!this.#shared) return undefined;
    this.#in ??= this.#make(this.#sizes.answerBytes * this.images);
    return kind === 'i32' ? new Int32Array(this.#in, 0, length) : new Uint32Array(this.#in, 0, length);
  }

  #make(bytes: number): ArrayBufferLike {
    return this.#shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  }
}

/** The places of one session: as many as calls are in flight, used again and again. */
export class Exchange {
  readonly #shared: boolean;
  readonly #sizes: ExchangeSizes;
  #idle: Place[] = [];

  /** @param shared true if the device takes and fills shared memory */
  constructor(shared: boolean, sizes: ExchangeSizes) {
    this.#shared = shared;
    this.#sizes = sizes;
  }

  /** A place that nobody else uses. */
  take(images: number): Place {
    const at = this.#idle.findIndex((place) => place.images === images);
    if (at >= 0) return this.#idle.splice(at, 1)[0]!;
    return new Place(images, this.#shared, this.#sizes);
  }

  /** Gives a place back after its answer was read. After a failure it is not given back: the device may still use it. */
  give(place: Place): void {
    if (this.#idle.length >= MOST_IDLE) this.#idle.shift();
    this.#idle.push(place);
  }
}
