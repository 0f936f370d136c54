/** A flatbuffer whose every read is checked, because the format's JavaScript library trusts the file. */
import { ByteBuffer, Encoding } from 'flatbuffers';
import { ModelError } from '../../model/errors.js';

/** More reads than any real model's metadata needs; offsets that make a small file look endless run into it. */
const MOST_READS = 2 ** 24;

/** Longer than any tensor's name. */
const LONGEST_STRING = 4096;

/**
 * Reads outside the bytes, vectors longer than what is left, and endless reading all throw `ModelError`.
 * The accessors ending in `Array` are safe for bytes only: those of wider entries ask for alignment.
 */
export class BoundedBuffer extends ByteBuffer {
  readonly #name: string;
  #reads = 0;

  /** @param name what error messages call the file */
  constructor(bytes: Uint8Array, name: string) {
    super(bytes);
    this.#name = name;
  }

  #damaged(): never {
    throw new ModelError(`${this.#name} is damaged or cut short: get the file again.`);
  }

  #require(offset: number, length: number): void {
    if (offset < 0 || offset + length > this.capacity()) this.#damaged();
    if (++this.#reads > MOST_READS) this.#damaged();
  }

  override readUint8(offset: number): number {
    this.#require(offset, 1);
    return super.readUint8(offset);
  }

  override readUint16(offset: number): number {
    this.#require(offset, 2);
    return super.readUint16(offset);
  }

  /** Every wider read of the library goes through this one. */
  override readInt32(offset: number): number {
    this.#require(offset, 4);
    return super.readInt32(offset);
  }

  /** Entries are at least a byte each, so a length beyond the bytes that are left is wrong whatever they are. */
  override __vector_len(offset: number): number {
    const start = this.__vector(offset);
    const length = this.readInt32(start - 4);
    if (length < 0 || length > this.capacity() - start) this.#damaged();
    return length;
  }

  override __string(offset: number, encoding?: Encoding): string | Uint8Array {
    const start = this.__vector(offset);
    const length = this.__vector_len(offset);
    if (length > LONGEST_STRING) this.#damaged();
    this.#reads += length;
    const bytes = this.bytes().subarray(start, start + length);
    return encoding === Encoding.UTF8_BYTES ? bytes : new TextDecoder().decode(bytes);
  }
}
