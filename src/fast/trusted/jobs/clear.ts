/** Overwriting a block with zeros, a stretch a chunk. */
import { fields, type Host } from '../team/host.js';

export const clearFields = fields('pointer', 'bytes', 'tile');
const at = clearFields.at;

export function clear({ kernels }: Host, args: Int32Array, chunk: number): void {
  const tile = args[at.tile]! >>> 0;
  const start = chunk * tile;
  kernels.clear((args[at.pointer]! >>> 0) + start, Math.min(tile, (args[at.bytes]! >>> 0) - start));
}
