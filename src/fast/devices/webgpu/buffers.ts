/** Buffers that are used again: one free list for each usage and size, sizes being powers of two. */
import { BufferUsage, MapMode } from './gpu-constants.js';

const SMALLEST = 256;

/** The size of the buffer that holds so many bytes. */
function sizeFor(bytes: number): number {
  return Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(Math.max(bytes, 1))));
}

/** Lends buffers of one usage, and keeps what comes back. */
class Shelf {
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #device: GPUDevice;
  readonly #usage: number;
  readonly #mapped: boolean;

  constructor(device: GPUDevice, usage: number, mapped: boolean) {
    this.#device = device;
    this.#usage = usage;
    this.#mapped = mapped;
  }

  take(bytes: number): GPUBuffer {
    const size = sizeFor(bytes);
    const free = this.#free.get(size)?.pop();
    if (free !== undefined) return free;
    return this.#device.createBuffer({ size, usage: this.#usage, mappedAtCreation: this.#mapped });
  }

  give(buffer: GPUBuffer): void {
    const list = this.#free.get(buffer.size);
    if (list === undefined) this.#free.set(buffer.size, [buffer]);
    else list.push(buffer);
  }
}

/**
 * The device's buffers. Those on the device may be given back as soon as the commands that use them were submitted, since
 * commands run in order; those that are mapped only once they are mapped again, or not any more. Nothing is destroyed one
 * by one: the end of the device takes them all.
 */
export class Buffers {
  readonly #onDevice: Shelf;
  readonly #uniform: Shelf;
  readonly #upload: Shelf;
  readonly #readback: Shelf;

  constructor(device: GPUDevice) {
    const { storage, uniform, copySource, copyDestination, mapRead, mapWrite } = BufferUsage;
    this.#onDevice = new Shelf(device, storage | copySource | copyDestination, false);
    this.#uniform = new Shelf(device, uniform | copyDestination, false);
    this.#upload = new Shelf(device, mapWrite | copySource, true);
    this.#readback = new Shelf(device, mapRead | copyDestination, false);
  }

  /** Lends storage and uniform buffers for the commands that `encode` records; submitted before this returns. */
  scratch<T>(encode: (storage: (bytes: number) => GPUBuffer, uniform: (bytes: number) => GPUBuffer) => T): T {
    const [storages, uniforms]: [GPUBuffer[], GPUBuffer[]] = [[], []];
    const lend = (shelf: Shelf, lent: GPUBuffer[]) => (bytes: number) => {
      const buffer = shelf.take(bytes);
      lent.push(buffer);
      return buffer;
    };
    const result = encode(lend(this.#onDevice, storages), lend(this.#uniform, uniforms));
    for (const buffer of storages) this.#onDevice.give(buffer);
    for (const buffer of uniforms) this.#uniform.give(buffer);
    return result;
  }

  /** A staging buffer that is mapped for writing. */
  upload(bytes: number): GPUBuffer {
    return this.#upload.take(bytes);
  }

  /** Takes it back after its copies were submitted: it is lent again once it is mapped again. */
  returnUpload(buffer: GPUBuffer): void {
    // A device that ended meanwhile rejects; nobody needs the buffer then.
    buffer.mapAsync(MapMode.write).then(
      () => this.#upload.give(buffer),
      () => {},
    );
  }

  /** A staging buffer to copy results to and map for reading. */
  readback(bytes: number): GPUBuffer {
    return this.#readback.take(bytes);
  }

  /** Takes it back unmapped. */
  returnReadback(buffer: GPUBuffer): void {
    this.#readback.give(buffer);
  }
}
