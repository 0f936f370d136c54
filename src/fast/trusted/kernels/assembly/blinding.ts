/** Adding a pad, taking it off again, and the range checks. Masks instead of branches: the time shows only the length. */

/**
 * (x + pad) mod p in four lanes, for int16 x and canonical pad. The smaller one without sign: of x and x + p that is x + p just
 * when x is negative; of the sum, below 2p < 2^32, and the sum - p it is the latter just when that is not negative. Theorem
 * blind_lane_right.
 */
export function blindedLanes(x: v128, pad: v128, p: v128): v128 {
  const residue = i32x4.min_u(x, i32x4.add(x, p));
  const sum = i32x4.add(residue, pad);
  return i32x4.min_u(sum, i32x4.sub(sum, p));
}

export function blindedOne(x: i16, pad: u32, modulus: i32): u32 {
  const centred = <i64>x;
  const sum = centred + (<i64>modulus & (centred >> 63)) + <i64>pad - <i64>modulus;
  return <u32>(sum + (<i64>modulus & (sum >> 63)));
}

/** out = (x + pad) mod p. */
export function blind(x: usize, pad: usize, count: i32, modulus: i32, out: usize): void {
  const p = i32x4.splat(modulus);
  let i = 0;
  for (; i <= count - 4; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(out + at, blindedLanes(v128.load16x4_s(x + (at >> 1)), v128.load(pad + at), p));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    store<u32>(out + at, blindedOne(load<i16>(x + (at >> 1)), load<u32>(pad + at), modulus));
  }
}

/** 1 if a lane of `most` is above `bound`, or one of `least` below -bound. */
export function beyond(least: v128, most: v128, bound: i32): i32 {
  return i32(v128.any_true(v128.or(i32x4.gt_s(most, i32x4.splat(bound)), i32x4.lt_s(least, i32x4.splat(-bound)))));
}

/**
 * out = balanced(z - u); 0 if some z >= p or some |out| > bound, else 1: decided by the extremes of the whole array.
 * For z < p the difference lies strictly between -p and p, so it fits int32; for z >= p `out` is meaningless and the flag is set.
 */
export function unblind(z: usize, u: usize, count: i32, modulus: i32, bound: i32, out: usize): i32 {
  const p = i32x4.splat(modulus);
  const half = i32x4.splat((modulus - 1) >> 1);
  const lowest = i32x4.neg(half);
  let largest = i32x4.splat(0);
  let least = i32x4.splat(0);
  let most = i32x4.splat(0);
  let i = 0;
  for (; i <= count - 4; i += 4) {
    const answer = v128.load(z + ((<usize>i) << 2));
    const difference = i32x4.sub(answer, v128.load(u + ((<usize>i) << 2)));
    const lowered = i32x4.sub(difference, v128.and(i32x4.gt_s(difference, half), p));
    const y = i32x4.add(lowered, v128.and(i32x4.lt_s(difference, lowest), p));
    largest = i32x4.max_u(largest, answer);
    least = i32x4.min_s(least, y);
    most = i32x4.max_s(most, y);
    v128.store(out + ((<usize>i) << 2), y);
  }
  let flag = i32(v128.any_true(i32x4.ge_u(largest, p))) | beyond(least, most, bound);
  for (; i < count; i++) {
    const answer = load<u32>(z + ((<usize>i) << 2));
    const difference = <i32>(answer - load<u32>(u + ((<usize>i) << 2)));
    const h = (modulus - 1) >> 1;
    const y = difference - (modulus & -i32(difference > h)) + (modulus & -i32(difference < -h));
    flag |= i32(answer >= <u32>modulus) | i32(y > bound) | i32(y < -bound);
    store<i32>(out + ((<usize>i) << 2), y);
  }
  return flag ^ 1;
}

/** 1 if every z < p. */
export function isCanonical(z: usize, count: i32, modulus: i32): i32 {
  const p = i32x4.splat(modulus);
  let largest = i32x4.splat(0);
  let i = 0;
  for (; i <= count - 4; i += 4) largest = i32x4.max_u(largest, v128.load(z + ((<usize>i) << 2)));
  let flag = i32(v128.any_true(i32x4.ge_u(largest, p)));
  for (; i < count; i++) flag |= i32(load<u32>(z + ((<usize>i) << 2)) >= <u32>modulus);
  return flag ^ 1;
}

/** 1 if every |y| <= bound. */
export function isWithin(y: usize, count: i32, bound: i32): i32 {
  let least = i32x4.splat(0);
  let most = i32x4.splat(0);
  let i = 0;
  for (; i <= count - 4; i += 4) {
    const entry = v128.load(y + ((<usize>i) << 2));
    least = i32x4.min_s(least, entry);
    most = i32x4.max_s(most, entry);
  }
  let flag = beyond(least, most, bound);
  for (; i < count; i++) {
    const entry = load<i32>(y + ((<usize>i) << 2));
    flag |= i32(entry > bound) | i32(entry < -bound);
  }
  return flag ^ 1;
}
