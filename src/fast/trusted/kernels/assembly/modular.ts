/**
 * Arithmetic modulo p, by shifts and additions: 2^31 = 1 (mod 2^31 - 1) and 2^24 = 3 (mod 2^24 - 3).
 * No division and no branch on a value, so the time does not depend on what is computed. Every range is proved beside it.
 */

export const M31: i64 = 0x7fffffff;
export const P24: i64 = 0xfffffd;
const LOW_24: i64 = 0xffffff;

/** v (mod M31), for any signed v: the result lies in [-2^32, 2^32 + 2^31). */
export function foldM31(v: i64): i64 {
  return (v & M31) + (v >> 31);
}

/**
 * The canonical residue of any signed v. |fold| < 2^33, then in [-4, 2^31 + 3], then in [0, M31]; M31 itself becomes 0.
 */
export function canonicalM31(v: i64): i64 {
  const r = foldM31(foldM31(foldM31(v)));
  return r & -i64(r !== M31);
}

function foldP24(v: i64): i64 {
  return (v & LOW_24) + 3 * (v >> 24);
}

/**
 * The canonical residue of any signed v: |fold| < 2^41 + 2^24, then < 2^20 + 2^24, then in [-6, 2^24 + 5]; one more addition
 * or subtraction of p remains.
 */
export function canonicalP24(v: i64): i64 {
  const r = foldP24(foldP24(foldP24(v)));
  const raised = r + (P24 & (r >> 63));
  const lowered = raised - P24;
  return lowered + (P24 & (lowered >> 63));
}

export function canonical(v: i64, modulus: i32): i64 {
  return modulus === i32(P24) ? canonicalP24(v) : canonicalM31(v);
}

/** Two lanes of v (mod M31), for v in [0, 2^63). */
function foldM31x2(v: v128): v128 {
  return i64x2.add(v128.and(v, i64x2.splat(M31)), i64x2.shr_u(v, 31));
}

function foldP24x2(v: v128): v128 {
  const high = i64x2.shr_u(v, 24);
  return i64x2.add(v128.and(v, i64x2.splat(LOW_24)), i64x2.add(i64x2.add(high, high), high));
}

/**
 * Two lanes of v (mod p), brought from |v| <= 2^61 into [0, 2^33).
 * Adding p * 2^31 (or p * 2^38) changes no residue and makes v positive and below 2^63. M31: 2^31 + 2^32 at most.
 * P24: 2^24 + 3 * 2^39 after one fold, 2^24 + 3 * (2^17 + 1) after two.
 */
export function shrink(v: v128, modulus: i32): v128 {
  if (modulus === i32(P24)) return foldP24x2(foldP24x2(i64x2.add(v, i64x2.splat(P24 << 38))));
  return foldM31x2(i64x2.add(v, i64x2.splat(M31 << 31)));
}

/**
 * Four canonical residues from two lanes and two lanes, for -2^54 < v < 2^56 - 2^55.
 * Adding p * 2^24 (or p * 2^31), which is at least 2^54, makes v positive and below 2^56.
 * M31: below 2^31 + 2^25 after one fold, at most M31 after two, and M31 itself becomes 0.
 * P24: below 2^24 + 3 * 2^32 after one fold, below 2^24 + 3 * 770 < 2p after two; one subtraction of p remains.
 */
export function canonicalx4(a: v128, b: v128, modulus: i32): v128 {
  if (modulus === i32(P24)) {
    const offset = i64x2.splat(P24 << 31);
    const p = i32x4.splat(i32(P24));
    const r = v128.shuffle<i32>(
      foldP24x2(foldP24x2(i64x2.add(a, offset))),
      foldP24x2(foldP24x2(i64x2.add(b, offset))),
      0,
      2,
      4,
      6,
    );
    return i32x4.sub(r, v128.and(i32x4.ge_s(r, p), p));
  }
  const offset = i64x2.splat(M31 << 24);
  const r = v128.shuffle<i32>(
    foldM31x2(foldM31x2(i64x2.add(a, offset))),
    foldM31x2(foldM31x2(i64x2.add(b, offset))),
    0,
    2,
    4,
    6,
  );
  return v128.andnot(r, i32x4.eq(r, i32x4.splat(i32(M31))));
}
