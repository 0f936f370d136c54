/** Any function of one entry, as a table: the sigmoid and its like, already rounded to the scales of input and output. */
import type { TensorId } from '../model/tensor.js';

/** out[i] = table[x[i] - minimum], with minimum that of the range of the tensor that it reads. */
export interface LookupOperation {
  /** `lookup`. */
  readonly kind: 'lookup';
  /** Names the layer. */
  readonly name: string;
  /** What it reads. */
  readonly input: TensorId;
  /** What it gives. */
  readonly output: TensorId;
  /** One entry for every integer of the input's range, so at most 2^16. */
  readonly table: Int16Array;
}

/** See `LookupOperation`; every entry of x lies in [minimum, minimum + table.length - 1]. */
export function lookup(x: readonly bigint[], minimum: number, table: Int16Array): bigint[] {
  return x.map((value) => BigInt(table[Number(value) - minimum]!));
}
