/** The quantization of a file's tensors: which codes a type has, and which centred integers they stand for. */
import type { ActivationTensor } from '../../model/tensor.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { TensorType } from './generated/tensor-type.js';
import type { FileTensor } from './model-file.js';

export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** Says what is wrong, with the context the caller knows. */
export type Fail = (why: string) => never;

/** The most entries a tensor may have. */
export const MOST_ENTRIES = 2 ** 28;

/** The codes a type has, or null when it is no 8-bit type. */
export function codeRange(type: TensorType): Range | null {
  if (type === TensorType.UINT8) return { minimum: 0, maximum: 255 };
  if (type === TensorType.INT8) return { minimum: -128, maximum: 127 };
  return null;
}

/** The product of the axes, checked one by one: each at least 1, all together at most `MOST_ENTRIES`. */
export function entryCount(tensor: FileTensor, fail: Fail): number {
  let count = 1;
  for (const size of tensor.shape) {
    if (size < 1) fail(`"${tensor.name}" has an axis of unknown or zero size`);
    count *= size;
    if (count > MOST_ENTRIES) fail(`"${tensor.name}" has more than ${MOST_ENTRIES} entries`);
  }
  return count;
}

/** Scale and zero point of one channel of a tensor, checked. */
export function channelQuantization(
  tensor: FileTensor,
  channel: number,
  fail: Fail,
): { scale: number; zeroPoint: number } {
  const range = codeRange(tensor.type) ?? fail(`"${tensor.name}" is not of type uint8 or int8`);
  const scale = tensor.scales[channel];
  const zeroPoint = tensor.zeroPoints[channel];
  if (scale === undefined || zeroPoint === undefined) return fail(`"${tensor.name}" has no quantization`);
  if (!Number.isFinite(scale) || scale <= 0) return fail(`the scale of "${tensor.name}" is not a positive number`);
  if (zeroPoint < BigInt(range.minimum) || zeroPoint > BigInt(range.maximum)) {
    return fail(`the zero point of "${tensor.name}" is not a code of its type`);
  }
  return { scale, zeroPoint: Number(zeroPoint) };
}

const FLOAT_TYPES: readonly TensorType[] = [TensorType.FLOAT32, TensorType.FLOAT16, TensorType.FLOAT64];

/** Whether the tensor's entries are real numbers. */
export function isFloat(tensor: FileTensor): boolean {
  return FLOAT_TYPES.includes(tensor.type);
}

/** The activation tensor the file describes, with the full range of its type and without the batch axis. */
export function activationTensor(tensor: FileTensor, fail: Fail): ActivationTensor {
  if (tensor.trouble !== '') fail(`"${tensor.name}" ${tensor.trouble}`);
  const range = codeRange(tensor.type);
  if (isFloat(tensor)) {
    return fail(`"${tensor.name}" holds floating-point numbers, so the model is not (fully) quantized`);
  }
  if (range === null) return fail(`"${tensor.name}" is of type ${TensorType[tensor.type] ?? tensor.type}`);
  entryCount(tensor, fail);
  if (tensor.shape.length === 0) fail(`"${tensor.name}" has no known shape`);
  if (tensor.signature.some((size, axis) => size === -1 && axis > 0)) fail(`"${tensor.name}" has an unknown shape`);
  if (tensor.scales.length > 1) fail(`"${tensor.name}" has more than one scale`);
  if (tensor.shape.length > 1 && tensor.shape[0] !== 1) fail(`"${tensor.name}" has a batch size other than 1`);
  const { scale, zeroPoint } = channelQuantization(tensor, 0, fail);
  return {
    kind: 'activation',
    name: tensor.name,
    shape: tensor.shape.length > 1 ? tensor.shape.slice(1) : tensor.shape,
    scale,
    zeroPoint,
    minimum: range.minimum - zeroPoint,
    maximum: range.maximum - zeroPoint,
  };
}

/** The integer that stands for a real number, as the format's own runtime computes it: in single precision. */
function quantized(real: number, scale: number): number {
  const ratio = Math.fround(real / scale);
  return ratio < 0 ? 0 - Math.round(-ratio) : Math.round(ratio);
}

/** The part of the tensor's range that an activation function leaves; it always holds 0. */
export function activationRange(kind: ActivationFunctionType, tensor: ActivationTensor, fail: Fail): Range {
  const { minimum, maximum, scale } = tensor;
  switch (kind) {
    case ActivationFunctionType.NONE:
      return { minimum, maximum };
    case ActivationFunctionType.RELU:
      return { minimum: 0, maximum };
    case ActivationFunctionType.RELU6:
      return { minimum: 0, maximum: Math.min(maximum, quantized(6, scale)) };
    case ActivationFunctionType.RELU_N1_TO_1:
      return { minimum: Math.max(minimum, quantized(-1, scale)), maximum: Math.min(maximum, quantized(1, scale)) };
    default:
      return fail(`the fused activation ${ActivationFunctionType[kind] ?? kind} is not supported`);
  }
}
