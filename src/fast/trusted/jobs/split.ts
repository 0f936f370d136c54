/** Cutting residues into limbs, a stretch a chunk. */
import { fields, type Host } from '../team/host.js';

export const splitFields = fields('x', 'count', 'modulus', 'limbs', 'bits', 'planes', 'pitch', 'tile');
const at = splitFields.at;

export function split({ kernels }: Host, args: Int32Array, chunk: number): void {
  const start = chunk * args[at.tile]!;
  const count = Math.min(args[at.tile]!, args[at.count]! - start);
  const x = (args[at.x]! >>> 0) + start * 4;
  const planes = (args[at.planes]! >>> 0) + start * 2;
  kernels.splitLimbs(x, count, args[at.modulus]!, args[at.limbs]!, args[at.bits]!, planes, args[at.pitch]!);
}
