/** Adding a pad, taking it off again, and the range checks. Masks instead of branches: the time shows only the length. */

/** out = (x + pad) mod p. x mod p first (add p where negative), then a sum below 2p < 2^32, then at most one subtraction. */
export function blind(x: usize, pad: usize, count: i32, modulus: i32, out: usize): void {
  const p = i32x4.splat(modulus);
  let i = 0;
  for (; i <= count - 4; i += 4) {
    const centred = v128.load16x4_s(x + ((<usize>i) << 1));
    const residue = i32x4.add(centred, v128.and(i32x4.shr_s(centred, 31), p));
    const sum = i32x4.add(residue, v128.load(pad + ((<usize>i) << 2)));
    v128.store(out + ((<usize>i) << 2), i32x4.sub(sum, v128.and(i32x4.ge_u(sum, p), p)));
  }
  for (; i < count; i++) {
    const centred = <i64>load<i16>(x + ((<usize>i) << 1));
    const sum = centred + (<i64>modulus & (centred >> 63)) + <i64>load<u32>(pad + ((<usize>i) << 2)) - <i64>modulus;
    store<u32>(out + ((<usize>i) << 2), <u32>(sum + (<i64>modulus & (sum >> 63))));
  }
}

/**
 * out = balanced(z - u); 0 if some z >= p or some |out| > bound, else 1. One flag is gathered over the whole array.
 * For z < p the difference lies strictly between -p and p, so it fits int32; for z >= p `out` is meaningless and the flag is set.
 */
export function unblind(z: usize, u: usize, count: i32, modulus: i32, bound: i32, out: usize): i32 {
  const p = i32x4.splat(modulus);
  const half = i32x4.splat((modulus - 1) >> 1);
  const lowest = i32x4.neg(half);
  const most = i32x4.splat(bound);
  const least = i32x4.splat(-bound);
  let bad = i32x4.splat(0);
  let i = 0;
  for (; i <= count - 4; i += 4) {
    const answer = v128.load(z + ((<usize>i) << 2));
    const difference = i32x4.sub(answer, v128.load(u + ((<usize>i) << 2)));
    const lowered = i32x4.sub(difference, v128.and(i32x4.gt_s(difference, half), p));
    const y = i32x4.add(lowered, v128.and(i32x4.lt_s(difference, lowest), p));
    bad = v128.or(bad, v128.or(i32x4.ge_u(answer, p), v128.or(i32x4.gt_s(y, most), i32x4.lt_s(y, least))));
    v128.store(out + ((<usize>i) << 2), y);
  }
  let flag = i32(v128.any_true(bad));
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
  let bad = i32x4.splat(0);
  let i = 0;
  for (; i <= count - 4; i += 4) bad = v128.or(bad, i32x4.ge_u(v128.load(z + ((<usize>i) << 2)), p));
  let flag = i32(v128.any_true(bad));
  for (; i < count; i++) flag |= i32(load<u32>(z + ((<usize>i) << 2)) >= <u32>modulus);
  return flag ^ 1;
}

/** 1 if every |y| <= bound. */
export function isWithin(y: usize, count: i32, bound: i32): i32 {
  const most = i32x4.splat(bound);
  const least = i32x4.splat(-bound);
  let bad = i32x4.splat(0);
  let i = 0;
  for (; i <= count - 4; i += 4) {
    const entry = v128.load(y + ((<usize>i) << 2));
    bad = v128.or(bad, v128.or(i32x4.gt_s(entry, most), i32x4.lt_s(entry, least)));
  }
  let flag = i32(v128.any_true(bad));
  for (; i < count; i++) {
    const entry = load<i32>(y + ((<usize>i) << 2));
    flag |= i32(entry > bound) | i32(entry < -bound);
  }
  return flag ^ 1;
}
