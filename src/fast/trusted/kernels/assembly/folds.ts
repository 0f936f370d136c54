/**
 * The two inner products of Freivalds' check, mod q = 2^31 - 1. `terms` products are added up in each int64 lane before a
 * reduction; the caller proves that they fit (bounds.ts). Reduced lanes stay below 2^33 and there are fewer than 2^28 of them.
 */
import { canonicalM31, foldM31, M31 } from './modular';

const SIGN: i64 = 1 << 63;

/**
 * total + (lanes of v mod q), for any signed v. WebAssembly's arithmetic shift is dear; v >> 31 is (v + 2^63) >>> 31 less 2^32.
 * Theorem logical_shift_right.
 */
export function reduceInto(total: v128, v: v128): v128 {
  const raised = i64x2.shr_u(v128.xor(v, i64x2.splat(SIGN)), 31);
  const high = i64x2.sub(raised, i64x2.splat(1 << 32));
  return i64x2.add(i64x2.add(total, v128.and(v, i64x2.splat(M31))), high);
}

/** The lanes of `total` and `rest`, mod q. */
export function totalM31(total: v128, rest: i64): i32 {
  return i32(canonicalM31(foldM31(i64x2.extract_lane(total, 0)) + foldM31(i64x2.extract_lane(total, 1)) + rest));
}

/** <s, y> mod q, in [0, q). */
export function foldOutput(s: usize, y: usize, count: i32, terms: i32): i32 {
  let total = i64x2.splat(0);
  let steps = count >> 3;
  while (steps > 0) {
    let a = i64x2.splat(0);
    let b = i64x2.splat(0);
    let c = i64x2.splat(0);
    let d = i64x2.splat(0);
    const block = min(steps, terms);
    steps -= block;
    for (let end = s + ((<usize>block) << 5); s < end; s += 32, y += 32) {
      const s0 = v128.load(s);
      const s1 = v128.load(s, 16);
      const y0 = v128.load(y);
      const y1 = v128.load(y, 16);
      a = i64x2.add(a, i64x2.extmul_low_i32x4_s(s0, y0));
      b = i64x2.add(b, i64x2.extmul_high_i32x4_s(s0, y0));
      c = i64x2.add(c, i64x2.extmul_low_i32x4_s(s1, y1));
      d = i64x2.add(d, i64x2.extmul_high_i32x4_s(s1, y1));
    }
    total = reduceInto(reduceInto(reduceInto(reduceInto(total, a), b), c), d);
  }
  let rest: i64 = 0;
  for (let i = 0; i < (count & 7); i++, s += 4, y += 4) rest += foldM31(<i64>load<u32>(s) * <i64>load<i32>(y));
  return totalM31(total, rest);
}

/** <folded, x> mod q, in [0, q). */
export function foldInput(folded: usize, x: usize, count: i32, terms: i32): i32 {
  let total = i64x2.splat(0);
  let steps = count >> 3;
  while (steps > 0) {
    let a = i64x2.splat(0);
    let b = i64x2.splat(0);
    let c = i64x2.splat(0);
    let d = i64x2.splat(0);
    const block = min(steps, terms);
    steps -= block;
    for (let end = x + ((<usize>block) << 4); x < end; x += 16, folded += 32) {
      const f0 = v128.load(folded);
      const f1 = v128.load(folded, 16);
      const x0 = v128.load16x4_s(x);
      const x1 = v128.load16x4_s(x, 8);
      a = i64x2.add(a, i64x2.extmul_low_i32x4_s(f0, x0));
      b = i64x2.add(b, i64x2.extmul_high_i32x4_s(f0, x0));
      c = i64x2.add(c, i64x2.extmul_low_i32x4_s(f1, x1));
      d = i64x2.add(d, i64x2.extmul_high_i32x4_s(f1, x1));
    }
    total = reduceInto(reduceInto(reduceInto(reduceInto(total, a), b), c), d);
  }
  let rest: i64 = 0;
  for (let i = 0; i < (count & 7); i++, folded += 4, x += 2)
    rest += foldM31(<i64>load<u32>(folded) * <i64>load<i16>(x));
  return totalM31(total, rest);
}
