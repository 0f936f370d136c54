/**
 * <s, y> mod q for one or two challenges, together with the range check of y: one pass over the device's answer. A product
 * lane takes `terms` products before it is reduced (foldTerms in bounds.ts); the check keeps the least and the largest entry, so
 * nothing depends on a value. When some |y| > bound the sums may wrap and are worth nothing; the flag says so.
 */
import { beyond } from './blinding';
import { reduceInto, totalM31 } from './folds';
import { foldM31 } from './modular';

function oneSum(s: usize, y: usize, count: i32, bound: i32, terms: i32, sums: usize): i32 {
  let total = i64x2.splat(0);
  let least = i32x4.splat(0);
  let most = i32x4.splat(0);
  let left = count >> 3;
  const steps = terms >> 1;
  while (left > 0) {
    let a = i64x2.splat(0);
    let b = i64x2.splat(0);
    const block = min(left, steps);
    left -= block;
    const end = y + ((<usize>block) << 5);
    do {
      const y0 = v128.load(y);
      const s0 = v128.load(s);
      a = i64x2.add(a, i64x2.extmul_low_i32x4_s(s0, y0));
      b = i64x2.add(b, i64x2.extmul_high_i32x4_s(s0, y0));
      const y1 = v128.load(y, 16);
      const s1 = v128.load(s, 16);
      a = i64x2.add(a, i64x2.extmul_low_i32x4_s(s1, y1));
      b = i64x2.add(b, i64x2.extmul_high_i32x4_s(s1, y1));
      least = i32x4.min_s(least, i32x4.min_s(y0, y1));
      most = i32x4.max_s(most, i32x4.max_s(y0, y1));
      y += 32;
      s += 32;
    } while (y < end);
    total = reduceInto(reduceInto(total, a), b);
  }
  let rest: i64 = <i64>load<u32>(sums);
  for (let i = 0; i < (count & 7); i++, s += 4, y += 4) {
    const entry = v128.load32_splat(y);
    least = i32x4.min_s(least, entry);
    most = i32x4.max_s(most, entry);
    rest += foldM31(<i64>load<u32>(s) * <i64>load<i32>(y));
  }
  store<i32>(sums, totalM31(total, rest));
  return beyond(least, most, bound) ^ 1;
}

function twoSums(s: usize, second: usize, y: usize, count: i32, bound: i32, terms: i32, sums: usize): i32 {
  let total = i64x2.splat(0);
  let total2 = i64x2.splat(0);
  let least = i32x4.splat(0);
  let most = i32x4.splat(0);
  let left = count >> 3;
  const steps = terms >> 1;
  while (left > 0) {
    let a = i64x2.splat(0);
    let b = i64x2.splat(0);
    let c = i64x2.splat(0);
    let d = i64x2.splat(0);
    const block = min(left, steps);
    left -= block;
    const end = y + ((<usize>block) << 5);
    do {
      const y0 = v128.load(y);
      const s0 = v128.load(s);
      const t0 = v128.load(second);
      a = i64x2.add(a, i64x2.extmul_low_i32x4_s(s0, y0));
      b = i64x2.add(b, i64x2.extmul_high_i32x4_s(s0, y0));
      c = i64x2.add(c, i64x2.extmul_low_i32x4_s(t0, y0));
      d = i64x2.add(d, i64x2.extmul_high_i32x4_s(t0, y0));
      const y1 = v128.load(y, 16);
      const s1 = v128.load(s, 16);
      const t1 = v128.load(second, 16);
      a = i64x2.add(a, i64x2.extmul_low_i32x4_s(s1, y1));
      b = i64x2.add(b, i64x2.extmul_high_i32x4_s(s1, y1));
      c = i64x2.add(c, i64x2.extmul_low_i32x4_s(t1, y1));
      d = i64x2.add(d, i64x2.extmul_high_i32x4_s(t1, y1));
      least = i32x4.min_s(least, i32x4.min_s(y0, y1));
      most = i32x4.max_s(most, i32x4.max_s(y0, y1));
      y += 32;
      s += 32;
      second += 32;
    } while (y < end);
    total = reduceInto(reduceInto(total, a), b);
    total2 = reduceInto(reduceInto(total2, c), d);
  }
  let rest: i64 = <i64>load<u32>(sums);
  let rest2: i64 = <i64>load<u32>(sums, 4);
  for (let i = 0; i < (count & 7); i++, s += 4, second += 4, y += 4) {
    const entry = v128.load32_splat(y);
    least = i32x4.min_s(least, entry);
    most = i32x4.max_s(most, entry);
    rest += foldM31(<i64>load<u32>(s) * <i64>load<i32>(y));
    rest2 += foldM31(<i64>load<u32>(second) * <i64>load<i32>(y));
  }
  store<i32>(sums, totalM31(total, rest));
  store<i32>(sums, totalM31(total2, rest2), 4);
  return beyond(least, most, bound) ^ 1;
}

/**
 * sums[t] = (sums[t] + <s_t, y>) mod q for t < k, which is 1 or 2; s_t lies at s + t * pitch, canonical. 1 if every
 * |y| <= bound, 0 otherwise. `terms` is foldTerms(bound), at least 2: a step gives each lane two products.
 */
export function foldOutputs(
  s: usize,
  pitch: usize,
  k: i32,
  y: usize,
  count: i32,
  bound: i32,
  terms: i32,
  sums: usize,
): i32 {
  return k === 2 ? twoSums(s, s + pitch, y, count, bound, terms, sums) : oneSum(s, y, count, bound, terms, sums);
}
