/** Privacy: a one-time pad over Z_p. Blinded inputs are uniform whatever x is, because rho -> x + rho is a bijection. */
import { balanced, modulo } from './field.js';

/** x + rho mod p, entry by entry: what the device receives. */
export function blind(x: readonly bigint[], rho: readonly bigint[], p: bigint): bigint[] {
  if (x.length !== rho.length) throw new RangeError(`a pad of ${rho.length} entries for ${x.length} inputs`);
  return x.map((value, index) => modulo(value + rho[index]!, p));
}

/** balanced(z - u mod p), entry by entry: L(x), if z = L(x + rho) mod p, u = L(rho) mod p and 2|L(x)| < p. */
export function unblind(z: readonly bigint[], u: readonly bigint[], p: bigint): bigint[] {
  if (z.length !== u.length)
    throw new RangeError(`an unblinding factor of ${u.length} entries for ${z.length} answers`);
  return z.map((value, index) => balanced(value - u[index]!, p));
}
