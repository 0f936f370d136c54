/** Decodes protobuf messages of the format within limits, so that a small hostile file cannot become a large structure. */
import type { Long } from 'protobufjs';
import protobuf from 'protobufjs';
import { ModelError } from '../../model/errors.js';
import { onnxMessage } from './schema.js';

/** A 64-bit integer as the parser gives it. */
export type WireInteger = number | Long;

export interface WireTensor {
  readonly dims: readonly WireInteger[];
  readonly dataType: number;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly WireInteger[];
  readonly uint64Data: readonly WireInteger[];
  readonly doubleData: readonly number[];
  readonly name: string;
  /** Absent unless the tensor has it: an empty one is present. */
  readonly rawData?: Uint8Array;
  readonly externalData: readonly { readonly key: string; readonly value: string }[];
  readonly dataLocation: number;
}

export interface WireAttribute {
  readonly name: string;
  readonly type: number;
  readonly f: number;
  readonly i: WireInteger;
  readonly s: Uint8Array;
  readonly t: WireTensor | null;
  readonly floats: readonly number[];
  readonly ints: readonly WireInteger[];
}

export interface WireNode {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly attribute: readonly WireAttribute[];
}

export interface WireValueInfo {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: { readonly dim: readonly { readonly dimValue: WireInteger; readonly dimParam: string }[] } | null;
    } | null;
  } | null;
}

export interface WireGraph {
  readonly node: readonly WireNode[];
  readonly initializer: readonly WireTensor[];
  readonly sparseInitializer: readonly unknown[];
  readonly input: readonly WireValueInfo[];
  readonly output: readonly WireValueInfo[];
}

export interface WireModel {
  readonly irVersion: WireInteger;
  readonly opsetImport: readonly { readonly domain: string; readonly version: WireInteger }[];
  readonly graph: WireGraph | null;
}

/** Fields and 64-bit integers a file may have: ten times what the largest published image networks have. */
const MOST_FIELDS = 2 ** 20;

/** Counts what becomes an object of its own: fields, and the entries of packed 64-bit integers. */
class BoundedReader extends protobuf.Reader {
  #left = MOST_FIELDS;

  #count(fields: number): void {
    this.#left -= fields;
    if (this.#left < 0) throw new RangeError('too many fields');
  }

  override tag(): number {
    this.#count(1);
    return super.tag();
  }

  override int64s(array?: (Long | number)[]): (Long | number)[] {
    return this.#counted(array, (into) => super.int64s(into));
  }

  override uint64s(array?: (Long | number)[]): (Long | number)[] {
    return this.#counted(array, (into) => super.uint64s(into));
  }

  /** A packed block has as many entries as bytes below 128; they are counted before any is made. */
  #counted(
    array: (Long | number)[] | undefined,
    read: (into?: (Long | number)[]) => (Long | number)[],
  ): (Long | number)[] {
    const start = this.pos;
    const end = Math.min(this.size() + this.pos, this.len);
    let entries = 0;
    for (let at = this.pos; at < end; at++) if (this.buf[at]! < 128) entries++;
    this.#count(entries);
    this.pos = start;
    return read(array);
  }
}

/** @throws RangeError or Error when the bytes are not such a message, or have too many fields */
function decode(message: string, bytes: Uint8Array): unknown {
  // A plain view: the parser's reader for Node.js buffers would bypass this one.
  const reader = new BoundedReader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  reader.discardUnknown = true;
  return onnxMessage(message).decode(reader);
}

/**
 * Reads a whole model file; large constants stay views of `bytes`.
 * @throws ModelError when the bytes are not an ONNX model, are damaged or cut short, or have too many parts
 */
export function readWireModel(bytes: Uint8Array, name: string): WireModel {
  if (bytes.length === 0) throw new ModelError(`${name} is empty: give an .onnx file.`);
  try {
    return decode('ModelProto', bytes) as WireModel;
  } catch {
    throw new ModelError(`${name} is not an ONNX model, or is damaged or cut short: get the file again.`);
  }
}

/** Whole numbers beyond 2^53 lose their last bits: none that matters is so large. */
export function wireNumber(value: WireInteger): number {
  return typeof value === 'number' ? value : (value as Long & { toNumber(): number }).toNumber();
}
