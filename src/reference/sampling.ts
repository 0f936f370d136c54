/**
 * Uniform residues from uniform bytes, by rejection: a candidate is ceil(bits / 8) bytes, little endian, cut to `bits` bits,
 * where 2^(bits-1) < p <= 2^bits; a candidate not below p is thrown away. Reducing instead would favour small residues.
 */

/** A source of uniform bytes: the operating system's generator, or in tests a fixed list. */
export type Bytes = Iterator<number>;

/** How many bits a residue below p has. */
export function residueBits(p: bigint): number {
  return (p - 1n).toString(2).length;
}

/**
 * One residue uniform in [0, p).
 * @throws RangeError when the bytes run out.
 */
export function sampleResidue(bytes: Bytes, p: bigint): bigint {
  const bits = residueBits(p);
  for (;;) {
    let candidate = 0n;
    for (let position = 0; position < Math.ceil(bits / 8); position++) {
      const next = bytes.next();
      if (next.done) throw new RangeError('the source of random bytes ran out');
      candidate |= BigInt(next.value) << BigInt(8 * position);
    }
    candidate &= (1n << BigInt(bits)) - 1n;
    if (candidate < p) return candidate;
  }
}

/** `length` independent residues uniform in [0, p). */
export function sampleResidues(bytes: Bytes, length: number, p: bigint): bigint[] {
  return Array.from({ length }, () => sampleResidue(bytes, p));
}
