/** Typed arrays as raw little-endian bytes, and the descriptors that stand for them in the structure. */
import type * as t from 'io-ts';
import { type Codec, oneOf, strictObject, wholeNumber } from './codecs.js';

/** What an array is stored as. Weights that fit 8 bits are stored in 8, whatever they are in memory. */
export type Stored = 'i8' | 'i16' | 'i32' | 'u32' | 'f64';

/** Stands for an array of the tensor section; arrays follow one another in the order in which the structure names them. */
export interface Descriptor {
  readonly array: Stored;
  readonly length: number;
}

/** The arrays a quantized network is made of. */
export type NetworkArray = Int16Array | Int32Array | Uint32Array | Float64Array;

const TYPES = { i8: Int8Array, i16: Int16Array, i32: Int32Array, u32: Uint32Array, f64: Float64Array } as const;

/** A descriptor of one of the given types. */
export function descriptor(...stored: readonly Stored[]): Codec<Descriptor> {
  return strictObject({ array: oneOf(...stored), length: wholeNumber(0, 2 ** 31) });
}

const anyDescriptor = descriptor('i8', 'i16', 'i32', 'u32', 'f64');

/** Whether a part of the structure stands for an array. */
export function isDescriptor(value: unknown): value is Descriptor {
  return (anyDescriptor as t.Type<Descriptor, unknown, unknown>).is(value);
}

/** How many bytes the array has in the file, without what is between arrays. */
export function byteLength({ array, length }: Descriptor): number {
  return length * TYPES[array].BYTES_PER_ELEMENT;
}

function fitsBytes(values: Int16Array): boolean {
  for (let index = 0; index < values.length; index++) {
    if (values[index]! > 127 || values[index]! < -128) return false;
  }
  return true;
}

/** The one way in which an array is stored. */
export function describe(array: NetworkArray): Descriptor {
  const { length } = array;
  if (array instanceof Int16Array) return { array: fitsBytes(array) ? 'i8' : 'i16', length };
  if (array instanceof Int32Array) return { array: 'i32', length };
  if (array instanceof Uint32Array) return { array: 'u32', length };
  return { array: 'f64', length };
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns the bytes of every element round, on the rare machine that needs it. */
function inFileOrder(bytes: Uint8Array, width: number): Uint8Array {
  if (littleEndian || width === 1) return bytes;
  const turned = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) turned[at] = bytes[at - (at % width) + width - 1 - (at % width)]!;
  return turned;
}

/** The array's bytes; they may be the array's own memory. */
export function toBytes(array: NetworkArray): Uint8Array {
  const stored = describe(array).array;
  const typed = stored === 'i8' ? new Int8Array(array) : array;
  return inFileOrder(new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength), typed.BYTES_PER_ELEMENT);
}

/** A new array from its bytes; 8-bit weights become 16-bit ones, as networks have them. */
export function fromBytes(stored: Stored, bytes: Uint8Array): NetworkArray {
  const width = TYPES[stored].BYTES_PER_ELEMENT;
  const { buffer } = inFileOrder(bytes, width).slice();
  if (stored === 'i8') return new Int16Array(new Int8Array(buffer));
  return new TYPES[stored](buffer);
}
