/** Constants of a model: what initializers and constant nodes hold, and what is computed from them during the import. */
import type { ElementType } from './element-type.js';

/** Real numbers are single precision; 64-bit integers are doubles, exact up to 2^53. */
export type Entries =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** Where the real entries of a dequantized constant come from: entry = scale[channel] * (code - zeroPoint[channel]). */
export interface ConstantCodes {
  /** Centred: code - zero point. */
  readonly centred: Int32Array;
  /** One, or one per channel. */
  readonly scales: Float64Array;
  /** Which axis counts the channels; it does not matter when there is one scale. */
  readonly axis: number;
}

export interface Constant {
  readonly kind: 'constant';
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly entries: Entries;
  /** Only on the result of dequantizing a constant. */
  readonly codes?: ConstantCodes;
}

/** An empty array of the kind that holds such entries. */
export function newEntries(type: ElementType, length: number): Entries {
  switch (type) {
    case 'FLOAT':
    case 'FLOAT16':
    case 'BFLOAT16':
    case 'DOUBLE':
      return new Float32Array(length);
    case 'UINT8':
    case 'UINT4':
    case 'BOOL':
      return new Uint8Array(length);
    case 'INT8':
    case 'INT4':
      return new Int8Array(length);
    case 'UINT16':
      return new Uint16Array(length);
    case 'INT16':
      return new Int16Array(length);
    case 'INT32':
      return new Int32Array(length);
    case 'UINT32':
      return new Uint32Array(length);
    case 'INT64':
    case 'UINT64':
      return new Float64Array(length);
  }
}

/** A constant of whole numbers that nothing but the import itself uses: a shape, axes. */
export function integers(
  name: string,
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Constant {
  return { kind: 'constant', name, type: 'INT64', shape, entries: Float64Array.from(values) };
}
