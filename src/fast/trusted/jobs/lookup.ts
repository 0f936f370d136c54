/** Table look-ups, a stretch a chunk. */
import { fields, type Host } from '../team/host.js';

export const lookupFields = fields('x', 'count', 'tile', 'minimum', 'table', 'parts', 'narrow', 'out');
const at = lookupFields.at;

/** `parts` is 0 for a table that is read where entries say. */
export function lookUpStretch(
  { kernels }: Host,
  x: number,
  count: number,
  table: number,
  minimum: number,
  parts: number,
  narrow: number,
  out: number,
): void {
  if (parts === 0) kernels.lookUp(x, count, minimum, table, out);
  else kernels.lookUpSmall(x, count, minimum, table, parts, narrow, out);
}

export function lookUp(host: Host, args: Int32Array, chunk: number): void {
  const start = chunk * args[at.tile]!;
  const x = (args[at.x]! >>> 0) + start * 2;
  const out = (args[at.out]! >>> 0) + start * 2;
  const count = Math.min(args[at.tile]!, args[at.count]! - start);
  const [table, minimum, parts] = [args[at.table]! >>> 0, args[at.minimum]!, args[at.parts]!];
  lookUpStretch(host, x, count, table, minimum, parts, args[at.narrow]!, out);
}
