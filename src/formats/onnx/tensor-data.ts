/** The entries of a tensor of the file, from whichever of the format's fields holds them. */
import { ModelError } from '../../model/errors.js';
import { countEntries } from '../shared/count-entries.js';
import { fromBfloat16, fromFloat16 } from '../shared/half.js';
import { type Constant, type Entries, newEntries } from './constant.js';
import { type ElementType, elementType } from './element-type.js';
import { type WireTensor, wireNumber } from './wire.js';

/** Gives the bytes of a tensor that are kept outside the model file. */
export type ExternalData = (tensor: WireTensor) => Uint8Array;

const BITS: Record<ElementType, number> = {
  FLOAT: 32,
  UINT8: 8,
  INT8: 8,
  UINT16: 16,
  INT16: 16,
  INT32: 32,
  INT64: 64,
  BOOL: 8,
  FLOAT16: 16,
  DOUBLE: 64,
  UINT32: 32,
  UINT64: 64,
  BFLOAT16: 16,
  UINT4: 4,
  INT4: 4,
};

/** Reads entry `index` of little-endian bytes. */
function rawReader(type: ElementType, view: DataView): (index: number) => number {
  switch (type) {
    case 'FLOAT':
      return (index) => view.getFloat32(index * 4, true);
    case 'DOUBLE':
      return (index) => view.getFloat64(index * 8, true);
    case 'FLOAT16':
      return (index) => fromFloat16(view.getUint16(index * 2, true));
    case 'BFLOAT16':
      return (index) => fromBfloat16(view.getUint16(index * 2, true));
    case 'UINT8':
    case 'BOOL':
      return (index) => view.getUint8(index);
    case 'INT8':
      return (index) => view.getInt8(index);
    case 'UINT16':
      return (index) => view.getUint16(index * 2, true);
    case 'INT16':
      return (index) => view.getInt16(index * 2, true);
    case 'INT32':
      return (index) => view.getInt32(index * 4, true);
    case 'UINT32':
      return (index) => view.getUint32(index * 4, true);
    case 'INT64':
      return (index) => Number(view.getBigInt64(index * 8, true));
    case 'UINT64':
      return (index) => Number(view.getBigUint64(index * 8, true));
    case 'UINT4':
      return (index) => (view.getUint8(index >> 1) >> (4 * (index & 1))) & 15;
    case 'INT4':
      return (index) => ((view.getUint8(index >> 1) >> (4 * (index & 1))) << 28) >> 28;
  }
}

/** Reads entry `index` of the typed field that holds this type, and how many the field has. */
function typedReader(type: ElementType, tensor: WireTensor): { length: number; read: (index: number) => number } {
  const plain = (list: readonly number[]) => ({ length: list.length, read: (index: number) => list[index]! });
  switch (type) {
    case 'FLOAT':
      return plain(tensor.floatData);
    case 'DOUBLE':
      return plain(tensor.doubleData);
    case 'INT64':
      return { length: tensor.int64Data.length, read: (index) => wireNumber(tensor.int64Data[index]!) };
    case 'UINT32':
    case 'UINT64':
      return { length: tensor.uint64Data.length, read: (index) => wireNumber(tensor.uint64Data[index]!) };
    case 'FLOAT16':
      return { ...plain(tensor.int32Data), read: (index) => fromFloat16(tensor.int32Data[index]! & 0xffff) };
    case 'BFLOAT16':
      return { ...plain(tensor.int32Data), read: (index) => fromBfloat16(tensor.int32Data[index]! & 0xffff) };
    case 'UINT4':
    case 'INT4': {
      const bytes = Uint8Array.from(tensor.int32Data);
      return { length: bytes.length, read: rawReader(type, new DataView(bytes.buffer)) };
    }
    default:
      return plain(tensor.int32Data);
  }
}

function fill(entries: Entries, read: (index: number) => number): Entries {
  for (let index = 0; index < entries.length; index++) entries[index] = read(index);
  return entries;
}

const EXTERNAL = 1;

/**
 * The tensor as a constant with memory of its own. Its shape must agree with the data that is really there, which bounds
 * what is allocated by the length of the file.
 * @throws ModelError when the type is unknown or the data does not fit the shape
 */
export function readTensor(tensor: WireTensor, name: string, external: ExternalData): Constant {
  const type = elementType(tensor.dataType);
  if (type === null) {
    throw new ModelError(`the constant "${name}" is of element type ${tensor.dataType}, which is not supported.`);
  }
  const shape = tensor.dims.map(wireNumber);
  const count = countEntries(shape, name);
  const perByte = 8 / BITS[type];
  const inside = Object.hasOwn(tensor, 'rawData') ? tensor.rawData : undefined;
  const raw = tensor.dataLocation === EXTERNAL ? external(tensor) : inside;
  const typed = typedReader(type, tensor);
  const needed = raw !== undefined || BITS[type] < 8 ? Math.ceil(count / perByte) : count;
  const there = raw === undefined ? typed.length : raw.length;
  if (BITS[type] < 8 && raw === undefined ? there < needed : there !== needed) {
    const unit = raw === undefined ? 'entries' : 'bytes';
    throw new ModelError(`the constant "${name}" has ${there} ${unit}, but its shape needs ${needed}.`);
  }
  // The bytes as they are, on every machine that runs Node.js.
  if (type === 'FLOAT' && raw !== undefined) {
    return { kind: 'constant', name, type, shape, entries: new Float32Array(new Uint8Array(raw).buffer) };
  }
  const read =
    raw === undefined ? typed.read : rawReader(type, new DataView(raw.buffer, raw.byteOffset, raw.byteLength));
  return { kind: 'constant', name, type, shape, entries: fill(newEntries(type, count), read) };
}
