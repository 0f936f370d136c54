/** Changes of scale that no pass could take along, a stretch a chunk. */
import { fields, type Host } from '../team/host.js';

export const elementwiseFields = fields(
  'a',
  'b',
  'count',
  'tile',
  'first',
  'second',
  'shift',
  'form',
  'minimum',
  'maximum',
  'out',
);
const at = elementwiseFields.at;

export function add({ kernels }: Host, args: Int32Array, chunk: number): void {
  const start = chunk * args[at.tile]!;
  kernels.add(
    (args[at.a]! >>> 0) + start * 2,
    (args[at.b]! >>> 0) + start * 2,
    Math.min(args[at.tile]!, args[at.count]! - start),
    args[at.first]!,
    args[at.second]!,
    args[at.shift]!,
    args[at.form]!,
    args[at.minimum]!,
    args[at.maximum]!,
    (args[at.out]! >>> 0) + start * 2,
  );
}

/** The form is whether results fit 32 bits. */
export function product({ kernels }: Host, args: Int32Array, chunk: number): void {
  const start = chunk * args[at.tile]!;
  kernels.scaledProducts(
    (args[at.a]! >>> 0) + start * 2,
    (args[at.b]! >>> 0) + start * 2,
    Math.min(args[at.tile]!, args[at.count]! - start),
    args[at.first]!,
    args[at.shift]!,
    args[at.form]!,
    args[at.minimum]!,
    args[at.maximum]!,
    (args[at.out]! >>> 0) + start * 2,
  );
}

export function rescale({ kernels }: Host, args: Int32Array, chunk: number): void {
  const start = chunk * args[at.tile]!;
  kernels.rescale(
    (args[at.a]! >>> 0) + start * 2,
    Math.min(args[at.tile]!, args[at.count]! - start),
    args[at.first]!,
    args[at.shift]!,
    args[at.form]!,
    args[at.minimum]!,
    args[at.maximum]!,
    (args[at.out]! >>> 0) + start * 2,
  );
}
