/** The trusted side's non-linear operations on arrays in trusted memory; kernels where there is arithmetic, copies where not. */
import type { TrustedArithmetic } from '../protocol/index.js';
import type {
  ActivationTensor,
  ConcatOperation,
  ImageShape,
  PadOperation,
  SoftmaxOperation,
  Tensor,
  TrustedOperation,
} from '../reference/index.js';
import { roundedDivision } from '../reference/rounding.js';
import { runFurther } from './further-operations.js';
import { elementCount, rowsColumnsChannels } from './graph.js';

/** Computes one trusted operation, for `images` images back to back, into new trusted memory. */
export function runTrusted(
  operation: TrustedOperation,
  inputs: readonly Int16Array[],
  tensors: readonly Tensor[],
  output: Tensor,
  images: number,
  arithmetic: TrustedArithmetic,
): Int16Array {
  const out = arithmetic.allocate(
    'i16',
    elementCount(output) * images,
    operation.kind === 'pad' ? 'zeros' : 'anything',
  );
  const x = inputs[0]!;
  switch (operation.kind) {
    case 'add':
      arithmetic.add(x, inputs[1]!, operation, out);
      break;
    case 'rescale':
      arithmetic.rescale(x, operation, out);
      break;
    case 'averagePool':
    case 'maxPool':
      arithmetic.pool(x, rowsColumnsChannels(tensors[0]!), operation, out);
      break;
    case 'concat':
      concat(operation, inputs, tensors, out);
      break;
    case 'pad':
      for (let image = 0; image < images; image++) {
        const shape = rowsColumnsChannels(tensors[0]!);
        pad(operation, imageOf(x, image, images), shape, imageOf(out, image, images));
      }
      break;
    case 'reshape':
      out.set(x);
      break;
    case 'softmax':
      softmax(operation, x, tensors[0]!.shape.at(-1) ?? 1, out);
      break;
    case 'lookup':
      // The graph was validated: whatever is read is an activation tensor.
      arithmetic.lookup(x, operation.table, (tensors[0] as ActivationTensor).minimum, out);
      break;
    default:
      runFurther(operation, inputs, rowsColumnsChannels(tensors[0]!), images, arithmetic, out);
  }
  return out;
}

function imageOf(all: Int16Array, image: number, images: number): Int16Array {
  const length = all.length / images;
  return all.subarray(image * length, (image + 1) * length);
}

function concat(
  operation: ConcatOperation,
  inputs: readonly Int16Array[],
  tensors: readonly Tensor[],
  out: Int16Array,
): void {
  const lengths = tensors.map(({ shape }) => shape.slice(operation.axis).reduce((product, size) => product * size, 1));
  const blocks = inputs[0]!.length / lengths[0]!;
  let at = 0;
  for (let block = 0; block < blocks; block++) {
    for (const [index, input] of inputs.entries()) {
      const length = lengths[index]!;
      out.set(input.subarray(block * length, (block + 1) * length), at);
      at += length;
    }
  }
}

function pad(operation: PadOperation, x: Int16Array, shape: ImageShape, out: Int16Array): void {
  const { top, left, right } = operation.padding;
  const row = shape.width * shape.channels;
  const paddedRow = (left + shape.width + right) * shape.channels;
  for (let line = 0; line < shape.height; line++) {
    out.set(x.subarray(line * row, (line + 1) * row), (top + line) * paddedRow + left * shape.channels);
  }
}

function softmax(operation: SoftmaxOperation, x: Int16Array, width: number, out: Int16Array): void {
  const { exponentials, unit, minimum, maximum } = operation;
  for (let start = 0; start < x.length; start += width) {
    let largest = x[start]!;
    for (let index = start; index < start + width; index++) largest = Math.max(largest, x[index]!);
    let sum = 0;
    for (let index = start; index < start + width; index++) sum += exponentials[largest - x[index]!]!;
    for (let index = start; index < start + width; index++) {
      // In BigInt, because a rounded quotient of doubles could fall on the wrong side of a half.
      const share = roundedDivision(BigInt(exponentials[largest - x[index]!]!) * BigInt(unit), BigInt(sum));
      out[index] = Math.max(minimum, Math.min(maximum, Number(share)));
    }
  }
}
