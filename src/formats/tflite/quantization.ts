/** How a file's tensors are stored: which codes a type has, and which centred integers they stand for. */
import type { InputRange } from '../../model/shapes.js';
import type { Quantization } from '../../model/tensor.js';
import { countEntries } from '../shared/count-entries.js';
import { fail } from '../shared/fail.js';
import { TensorType } from './generated/tensor-type.js';
import type { FileTensor } from './model-file.js';

/** The codes a type has, or null when it is no 8-bit type. */
function codeRange(type: TensorType): InputRange | null {
  if (type === TensorType.UINT8) return { minimum: 0, maximum: 255 };
  if (type === TensorType.INT8) return { minimum: -128, maximum: 127 };
  return null;
}

/** Scale and zero point of one channel of a tensor, and the centred integers of its type, checked. */
export function formatOf(tensor: FileTensor, channel = 0): Quantization {
  const range = codeRange(tensor.type) ?? fail(`"${tensor.name}" is not of type uint8 or int8`);
  const scale = tensor.scales[channel];
  const zeroPoint = tensor.zeroPoints[channel];
  if (scale === undefined || zeroPoint === undefined) return fail(`"${tensor.name}" has no quantization`);
  if (!Number.isFinite(scale) || scale <= 0) return fail(`the scale of "${tensor.name}" is not a positive number`);
  if (zeroPoint < BigInt(range.minimum) || zeroPoint > BigInt(range.maximum)) {
    return fail(`the zero point of "${tensor.name}" is not a code of its type`);
  }
  const centre = Number(zeroPoint);
  return { scale, zeroPoint: centre, minimum: range.minimum - centre, maximum: range.maximum - centre };
}

const FLOAT_TYPES: readonly TensorType[] = [TensorType.FLOAT32, TensorType.FLOAT16, TensorType.FLOAT64];

/** Whether the tensor's entries are real numbers. */
export function isFloat(tensor: FileTensor): boolean {
  return FLOAT_TYPES.includes(tensor.type);
}

/** What a tensor that the network computes is: its shape without the batch axis, and how it is stored. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly format: Quantization;
}

export function storedTensor(tensor: FileTensor): StoredTensor {
  const { name, type, shape, signature, scales, trouble } = tensor;
  if (trouble !== '') fail(`"${name}" ${trouble}`);
  if (isFloat(tensor)) fail(`"${name}" holds floating-point numbers, so the model is not (fully) quantized`);
  if (codeRange(type) === null) fail(`"${name}" is of type ${TensorType[type] ?? type}`);
  if (shape.some((size) => size < 1)) fail(`"${name}" has an axis of unknown or zero size`);
  countEntries(shape, name);
  if (shape.length === 0) fail(`"${name}" has no known shape`);
  if (signature.some((size, axis) => size === -1 && axis > 0)) fail(`"${name}" has an unknown shape`);
  if (scales.length > 1) fail(`"${name}" has more than one scale`);
  if (shape.length > 1 && shape[0] !== 1) fail(`"${name}" has a batch size other than 1`);
  return { name, shape: shape.length > 1 ? shape.slice(1) : shape, format: formatOf(tensor) };
}
