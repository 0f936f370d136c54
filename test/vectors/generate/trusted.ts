/** A trusted operation of a vector as the network's own, whatever its kind, with the tensors that it reads. */
import type { ImageShape } from '../../../src/model/image-shape.js';
import type { ActivationTensor } from '../../../src/model/tensor.js';
import type { TrustedOperation } from '../../../src/model/trusted-operations.js';
import type { OperationVector } from '../shapes/operations.js';

/** Those that are no part of a layer. */
export type TrustedVector = Exclude<OperationVector, { kind: 'requantize' | 'addBias' }>;

/** An operation that can be run. */
export interface Trusted {
  readonly operation: TrustedOperation;
  readonly tensors: readonly ActivationTensor[];
}

/** A tensor of 16-bit integers. */
export function tensor(shape: readonly number[], minimum = -32768): ActivationTensor {
  return { kind: 'activation', name: '', shape, scale: 1, zeroPoint: 0, minimum, maximum: 32767 };
}

/** Lists of numbers, however deep, as the typed arrays that operations have. */
function typed(value: unknown, key = ''): unknown {
  if (key === 'shape' || key === 'shapes' || typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, typed(part, name)]));
  if (Array.isArray(value[0])) return value.map((part) => typed(part, key));
  return key === 'table' ? Int16Array.from(value) : Int32Array.from(value);
}

/** What a vector says of the shapes of its inputs: of an image, of parts, of rows; otherwise they are lists. */
function shapesOf(vector: TrustedVector, inputs: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const { shape, shapes, width } = vector as { shape?: ImageShape; shapes?: number[][]; width?: number };
  if (shape !== undefined) return [[shape.height, shape.width, shape.channels]];
  return shapes ?? inputs.map(({ length }) => (width === undefined ? [length] : [length / width, width]));
}

export function trusted(vector: TrustedVector, inputs: readonly (readonly number[])[]): Trusted {
  const ids = inputs.map((_, index) => index);
  const names = { name: '', input: 0, inputs: ids, output: ids.length };
  const operation = { ...(typed(vector) as object), ...names } as unknown as TrustedOperation;
  const minimum = vector.kind === 'lookup' ? vector.minimum : undefined;
  const tensors = shapesOf(vector, inputs).map((shape) => tensor(shape, minimum));
  return { operation, tensors };
}
